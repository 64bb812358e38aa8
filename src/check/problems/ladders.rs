//! Order, memory and claims of tiers.

super::problems! {
    LADDER_WITHOUT_ORDER: Error, slug: "ladder-without-order",
        title: ["{what} needs labels in order, and `{ladder}` does not say which is best", "{what} 需要标签有高低，而 `{ladder}` 没有说明哪个最好"],
        help: ["write `tiers {ladder} best first` or `worst first`", "请写 `tiers {ladder} best first` 或 `worst first`"],
        label: ["no label is better than another", "标签没有高低"];
    DIFFERENT_LABELS: Error, slug: "different-labels",
        title: ["`{function}` combines ladders with equal labels, and `{first}` has {labels}, `{other}` has {others}", "`{function}` 只合并标签相同的分层：`{first}` 有 {labels}，`{other}` 有 {others}"],
        help: ["give both the same labels in the same order, both `worst first` or both `best first`", "请让两者标签相同、顺序相同，同为 `worst first` 或同为 `best first`"],
        label: ["other labels", "标签不同"];
    NOT_A_WAIT: Error, slug: "not-a-wait",
        title: ["`{text}` is no time a label can wait", "`{text}` 不能作为标签的等待时间"],
        help: ["write `2 evaluations`, `3 months` or `30 days`", "请写 `2 evaluations`、`3 months` 或 `30 days`"],
        label: ["not a wait", "不是等待时间"];
    NOT_MONOTONE: Error, slug: "not-monotone",
        title: ["more `{value}` can improve `{ladder}`: with {example} it is `{before}`, with {value} = {more} it is `{after}`", "`{value}` 更大时 `{ladder}` 反而变好：{example} 时为 `{before}`，{value} = {more} 时为 `{after}`"],
        help: ["change the thresholds or the order of the rows, or drop the claim", "请调整门槛或各行顺序，或去掉这个声明"],
        label: ["not so", "不成立"];
    ROWS_OVERLAP: Warning, slug: "overlapping-rows",
        title: ["rows `{first}` and `{second}` of `{ladder}` both hold for {example}", "`{ladder}` 的 `{first}` 与 `{second}` 两行同时覆盖 {example}"],
        help: ["the first row takes it; move a threshold so that the bands meet without overlapping", "归第一行；请调整门槛，让区间相接而不重叠"],
        label: ["overlaps an earlier band, and goes beyond it", "与前面的区间部分重叠"];
    SAME_DISPLAY_LABEL: Warning, slug: "ambiguous-label",
        title: ["\"{label}\" means two things here: `{first}` ({meaning}) and `{second}` ({other})", "“{label}”在这里有两个含义：`{first}`（{meaning}）与 `{second}`（{other}）"],
        help: ["use one of the two partitions in a file, or give one label another display name", "一个文件只用其中一种划分，或给其中一个标签换个显示名"],
        label: ["the same words for another group", "同样的字，不同的人群"];
    MONOTONE_UNDECIDED: Error, slug: "monotone-undecided",
        title: ["whether `{ladder}` is monotone in `{value}` can't be decided: {why}", "无法判断 `{ladder}` 对 `{value}` 是否单调：{why}"],
        help: ["compare the value itself with constants or params in the rows, or drop the claim", "请在各行中直接把该值与常数或参数比较，或去掉这个声明"],
        label: ["neither proved nor refuted", "既未证明也未否定"];
}

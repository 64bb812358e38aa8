//! Tables, params, ladders, channels, offers, templates.

super::problems! {
    NO_SUBJECT: Error, slug: "no-subject",
        title: ["the file does not say what it is about", "文件没有说明是关于哪张表的"],
        help: ["add `subject customers` near the top, or `for TABLE` to the declaration", "请在开头写 `subject customers`，或在声明上写 `for 表名`"],
        label: ["about which table?", "关于哪张表？"];
    TABLE_SHAPE: Error, slug: "table-shape",
        title: ["{kind} `{table}` needs {what}", "{kind} `{table}` 需要 {what}"],
        help: ["an entity has a `key`, an event or ledger an `at` time, a link `from` and `to`", "实体要有 `key`，事件和台账要有 `at` 时间，关系要有 `from` 和 `to`"],
        label: ["incomplete", "不完整"];
    UNKNOWN_TYPE: Error, slug: "unknown-type",
        title: ["there is no type `{name}`", "没有类型 `{name}`"],
        help: ["types are bool int number money percent rate bp text date time month quarter duration(seconds), `text in [..]`, `list of text`, `ref TABLE`", "类型有 bool int number money percent rate bp text date time month quarter duration(seconds)、`text in [..]`、`list of text`、`ref 表`"],
        label: ["unknown type", "未知类型"];
    PARAM_RANGE: Error, slug: "param-outside-range",
        title: ["param `{name}` is {value}, outside {low} .. {high}", "参数 `{name}` 为 {value}，超出 {low} .. {high}"],
        help: ["change the value or its range", "请改数值或范围"],
        label: ["outside its range", "超出范围"];
    PARTITION_GAP: Error, slug: "partition-gap",
        title: ["`{ladder}` has no row for {example}", "`{ladder}` 没有覆盖 {example}"],
        help: ["add a row for it, or `otherwise`", "请加一行，或加 `otherwise`"],
        label: ["not every subject gets a label", "并非每个客户都有标签"];
    PARTITION_OVERLAP: Error, slug: "partition-overlap",
        title: ["two rows of `{ladder}` both hold for {example}", "`{ladder}` 有两行同时覆盖 {example}"],
        help: ["make the rows exclusive", "请让各行互斥"],
        label: ["also holds", "也成立"];
    UNREACHABLE_ROW: Error, slug: "unreachable-row",
        title: ["no subject can reach row `{row}` of `{ladder}`", "没有客户能到达 `{ladder}` 的 `{row}` 行"],
        help: ["rows above it already take every such subject", "上面的行已经包括了所有这样的客户"],
        label: ["never reached", "永远到不了"];
    UNKNOWN_NOT_HANDLED: Error, slug: "unknown-not-handled",
        title: ["`{ladder}` does not say what to do when {column} is missing", "`{ladder}` 没有说明 {column} 缺失时怎么办"],
        help: ["add a row `LABEL when unknown`", "请加一行 `标签 when unknown`"],
        label: ["subjects with a missing value get no label", "缺失数据的客户没有标签"];
    NO_OTHERWISE: Error, slug: "otherwise-missing",
        title: ["`{ladder}` gives no label when no row holds", "`{ladder}` 在没有一行成立时没有标签"],
        help: ["add a row `LABEL otherwise`", "请加一行 `标签 otherwise`"],
        label: ["some subjects get no label", "有些客户没有标签"];
    CELL_COUNT: Error, slug: "cell-count",
        title: ["this row has {found} of {expected} cells", "这一行有 {found} 格，应有 {expected} 格"],
        help: ["one cell per name after `by`, in that order; `any` for one that does not matter", "`by` 后每个名称对应一格，顺序一致；无所谓的写 `any`"],
        label: ["{found} of {expected}", "{found} 格"];
    SHARES: Error, slug: "shares-not-whole",
        title: ["the shares of these arms add up to {sum}, not 100%", "各组占比合计 {sum}，不是 100%"],
        help: ["give the rest to `control`, or raise the others", "请把剩余部分给 `control`，或调高其他组"],
        label: ["{sum} in all", "合计 {sum}"];
    ARM_ORDER: Error, slug: "control-not-last",
        title: ["`control` stands before other arms", "`control` 排在其他组之前"],
        help: ["write `control` last, so that growing an arm never moves a subject between two others", "请把 `control` 放在最后，这样调整一组不会让客户在另两组之间移动"],
        label: ["move to the end", "请移到最后"];
    SHARE_PRECISION: Error, slug: "share-too-fine",
        title: ["a share of {share} is finer than one in ten thousand", "占比 {share} 比万分之一还细"],
        help: ["use at most two decimals of a percent", "百分比最多两位小数"],
        label: ["too fine", "太细"];
    EXPERIMENT_DIFFERS: Error, slug: "experiment-differs",
        title: ["the experiment `{name}` has other arms here", "实验 `{name}` 在这里的分组不同"],
        help: ["strategies that share an experiment have the same arms, shares, salt and subjects; repeat them, or name another experiment", "共用实验的策略必须有相同的分组、占比、盐和主体；请保持一致，或另起实验名"],
        label: ["other arms", "分组不同"];
    BAD_KEY: Error, slug: "bad-experiment-name",
        title: ["`{name}` may not hold a colon", "`{name}` 里不能有冒号"],
        help: ["experiment and salt are joined by colons to form the assignment key", "实验名和盐用冒号拼成分组键"],
        label: ["has a colon", "含有冒号"];
    NULLABLE_SLOT: Error, slug: "nullable-slot",
        title: ["`{slot}` may be missing, and the text would have a hole", "`{slot}` 可能缺失，文本会出现空洞"],
        help: ["give a fallback: `{fallback}`", "请给出替代文字：`{fallback}`"],
        label: ["may be missing", "可能缺失"];
    SCARCITY_WITHOUT_QUOTA: Error, slug: "scarcity-without-quota",
        title: ["\"{words}\" claims scarcity, and no offer sent with it has a quota", "“{words}”在说稀缺，但随它发送的权益没有名额限制"],
        help: ["give the offer a `quota`, or drop the words", "请给权益加 `quota`，或去掉这些字"],
        label: ["scarcity words", "稀缺话术"];
    TACTIC_ORDER: Error, slug: "tactic-out-of-order",
        title: ["tactic `{tactic}` says {expected} in this order, and this text says {found}", "手法 `{tactic}` 依次为 {expected}，而这里为 {found}"],
        help: ["write each part with its name: {example}", "请写出每一部分及其名称：{example}"],
        label: ["not in that order", "次序不符"];
    TEMPLATE_CHANNEL: Error, slug: "template-channel",
        title: ["template `{template}` is not for channel `{channel}`", "模板 `{template}` 不用于渠道 `{channel}`"],
        help: ["it is for {known}; add `{channel}` to its `for`, or use another template", "它用于 {known}；请在 `for` 里加上 `{channel}`，或换一个模板"],
        label: ["not for this channel", "不用于这个渠道"];
    TEMPLATE_LENGTH: Warning, slug: "text-too-long",
        title: ["the text is at least {length} characters, and `{channel}` takes {limit}", "文本至少 {length} 字，而 `{channel}` 限 {limit} 字"],
        help: ["shorten it", "请缩短"],
        label: ["too long", "太长"];
    COLUMN_MISSING: Error, slug: "ledger-column-missing",
        title: ["ledger `{table}` needs a column `{column}`", "台账 `{table}` 需要列 `{column}`"],
        help: ["a run writes and reads it; see std.ledgers", "运行时要读写它，见 std.ledgers"],
        label: ["incomplete ledger", "台账不完整"];
}

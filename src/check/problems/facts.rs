//! Scores, lexicons, tags, models, cohorts and graphs.

super::problems! {
    POINTS_NOT_NUMBER: Error, slug: "points-not-a-number",
        title: ["points are plain numbers, and this is {found}", "得分必须是普通数字，而这里是{found}"],
        help: ["write `add 10 when …`; turn money into points with a division by money", "请写 `add 10 when …`；金额请先除以金额再当得分"],
        label: ["not a number of points", "不是得分"];
    SCORE_EMPTY: Error, slug: "score-without-rows",
        title: ["score `{name}` adds nothing", "评分 `{name}` 没有任何得分项"],
        help: ["add a row such as `add 10 when … because \"…\"`", "请加一行，例如 `add 10 when … because \"…\"`"],
        label: ["no rows", "没有得分项"];
    UNREACHABLE_GRADE: Error, slug: "unreachable-grade",
        title: ["no subject reaches row `{row}` of `{ladder}`: `{score}` runs from {low} to {high}", "没有客户能到达 `{ladder}` 的 `{row}` 行：`{score}` 的总分从 {low} 到 {high}"],
        help: ["move the bound between {low} and {high}, or change the points", "请把界限移到 {low} 和 {high} 之间，或调整得分"],
        label: ["beyond every total", "超出所有总分"];
    SCORE_NOT_MONOTONE: Error, slug: "points-not-monotone",
        title: ["more of `{name}` lowers the total: {before} gives {points_before}, {after} gives {points_after}", "`{name}` 变大时总分反而降低：{before} 得 {points_before}，{after} 得 {points_after}"],
        help: ["change the points, or drop `monotone in {name}`", "请调整得分，或去掉 `monotone in {name}`"],
        label: ["claimed here", "这里声明了单调"];
    MONOTONE_UNPROVED: Error, slug: "monotone-unproved",
        title: ["`monotone in {name}` cannot be proved: {reason}", "无法证明 `monotone in {name}`：{reason}"],
        help: ["compare `{name}` with constants and add constant points, or drop the claim", "请让 `{name}` 与常数比较、得分为常数，或去掉这个声明"],
        label: ["not proved", "未能证明"];
    MODEL_WITHOUT_AGE: Error, slug: "staleness-limit-missing",
        title: ["model `{name}` does not say how old a score may be", "模型 `{name}` 没有说明分数最多可以多旧"],
        help: ["add `max age 35 days`; an older score is missing", "请加 `max age 35 days`；更旧的分数视为缺失"],
        label: ["no maximum age", "没有最长时效"];
    MODEL_WITHOUT_INPUTS: Error, slug: "model-without-inputs",
        title: ["model `{name}` does not say what `{file}` is fed", "模型 `{name}` 没有说明 `{file}` 的输入"],
        help: ["add `inputs a, b`: features or columns, in the order in which the network expects them", "请加 `inputs a, b`：按网络要求的顺序写特征或列"],
        label: ["no inputs", "没有输入"];
    MODEL_INPUT_NOT_NUMBER: Error, slug: "model-input-not-a-number",
        title: ["`{name}` is {found}, and a network is fed numbers", "`{name}` 是{found}，而网络只接受数"],
        help: ["say it as a number in a feature: `if(x = \"a\", 1, 0)`, or `days since x`", "请用特征把它写成数：`if(x = \"a\", 1, 0)`，或 `days since x`"],
        label: ["not a number", "不是数"];
    SCORE_OF_ANY_AGE: Error, slug: "score-of-any-age",
        title: ["`{text}` takes a score of any age", "`{text}` 不论多旧的分数都会采用"],
        help: ["add a window, `last 35 days`, or declare a `model` with `max age 35 days`", "请加窗口 `last 35 days`，或声明带 `max age 35 days` 的 `model`"],
        label: ["no maximum age", "没有最长时效"];
    OUTSIDE_RANGE: Error, slug: "score-outside-range",
        title: ["`{name}` runs from {low} to {high}, so it never meets {value}", "`{name}` 的范围是 {low} 到 {high}，不可能与 {value} 相比"],
        help: ["write the bound on the scale of the model, or correct its `range`", "请按模型的量纲写界限，或更正 `range`"],
        label: ["outside the range", "超出范围"];
    COHORT_WITHOUT_DATE: Error, slug: "cohort-without-date",
        title: ["cohort `{name}` does not say when it is frozen", "客群 `{name}` 没有说明何时固化"],
        help: ["add `frozen 2025-06-30`, or use a segment", "请加 `frozen 2025-06-30`，或改用 segment"],
        label: ["no date", "没有日期"];
    COHORT_TOO_EARLY: Error, slug: "cohort-not-frozen",
        title: ["`{name}` is used before it is frozen", "`{name}` 在固化之前就被使用"],
        help: ["begin later, or freeze it earlier; before its date nobody belongs to it", "请晚些开始，或提前固化；固化日之前没有成员"],
        label: ["before the date", "早于固化日"];
    KEYWORD_TWICE: Error, slug: "keyword-in-two-labels",
        title: ["\"{word}\" leads to `{first}` and to `{second}`", "“{word}”同时属于 `{first}` 和 `{second}`"],
        help: ["keep it in one of them; a longer word such as a negated one may stand in the other", "只留在其中一个；另一个可以写更长的词，例如否定形式"],
        label: ["again here", "这里又出现"];
    EMPTY_KEYWORD: Error, slug: "empty-keyword",
        title: ["a keyword of `{label}` is empty", "`{label}` 有一个关键词是空的"],
        help: ["every text holds nothing, so an empty keyword would match always; write a word", "任何文本都包含空词，空关键词会总是匹配，请写一个词"],
        label: ["no word", "没有内容"];
    HOPS_UNBOUNDED: Error, slug: "hop-bound-missing",
        title: ["`hops` does not say how far to go", "`hops` 没有说明最多走几步"],
        help: ["add `at most 2`", "请加 `at most 2`"],
        label: ["no bound", "没有上限"];
    HOPS_TOO_FAR: Error, slug: "too-many-hops",
        title: ["`at most {steps}` is not a bound between 1 and {most}", "`at most {steps}` 不在 1 到 {most} 之间"],
        help: ["beyond a few steps nearly everybody is connected; most rules mean 1 or 2", "超过几步几乎人人相连，多数规则只需 1 或 2 步"],
        label: ["not a bound", "不是合理的上限"];
    NOT_A_LINK: Error, slug: "not-a-link",
        title: ["`{table}` is no link table, so there is nowhere to go from its rows", "`{table}` 不是关系表，无法沿着它走"],
        help: ["`hops` follows a `link` table, with a `from` and a `to` column", "`hops` 沿 `link` 表走，它有 `from` 列和 `to` 列"],
        label: ["rows without ends", "没有两端"];
    NOT_A_SEGMENT: Error, slug: "goal-not-a-segment",
        title: ["`{name}` is not a segment that can be reached", "`{name}` 不是可以到达的客群"],
        help: ["write `to SEGMENT`, a segment of the things at the ends of the links", "请写 `to 客群`，即关系两端事物的一个 segment"],
        label: ["not a segment", "不是客群"];
    WRONG_END: Error, slug: "wrong-end-of-link",
        title: ["the links hold {found}, and the key of `{table}` is {expected}", "关系的两端是{found}，而 `{table}` 的主键是{expected}"],
        help: ["follow links whose ends are keys of the things in the segment", "请沿两端为该客群主键的关系走"],
        label: ["ends of another type", "两端类型不符"];
    QUEUE_NOT_TOTAL: Error, slug: "queue-without-default",
        title: ["`{name}` may be missing, and work without a queue is lost", "`{name}` 可能缺失，没有队列的任务会丢失"],
        help: ["use a label that is always known: a lexicon or tiers with `otherwise`, of a value with `?? \"\"`", "请用总有取值的标签：带 `otherwise` 的词典或分层，并给取值加 `?? \"\"`"],
        label: ["may be missing", "可能缺失"];
    PAYLOAD_NAME: Error, slug: "payload-name-taken",
        title: ["the action list already has a column `{name}`", "动作清单里已经有列 `{name}`"],
        help: ["give this value another name", "请换一个名称"],
        label: ["taken", "已被使用"];
    NOT_WRITABLE: Error, slug: "ledger-not-writable",
        title: ["an action may not write `{name}`", "动作不能写 `{name}`"],
        help: ["an action writes a ledger such as grants, leads, qualifications or growth_ledger; runs keep the others by themselves", "动作可以写 grants、leads、qualifications、growth_ledger 等台账；其余由系统自己记录"],
        label: ["not for actions", "不供动作写入"];
    WRITES_INCOMPLETE: Error, slug: "row-incomplete",
        title: ["a row of `{ledger}` needs `{column}`", "`{ledger}` 的一行需要 `{column}`"],
        help: ["add `{column}: …` to what the action writes", "请在写入内容里加上 `{column}: …`"],
        label: ["no value for it", "没有取值"];
    FORBIDDEN_WORD: Error, slug: "forbidden-words",
        title: ["\"{word}\" promises what no product can keep", "“{word}”是任何产品都无法兑现的承诺"],
        help: ["remove the word; a sentence that denies it, such as 非保本, is fine", "请去掉这个词；否定它的说法（如“非保本”）可以保留"],
        label: ["forbidden", "禁用词"];
    UNSUPPORTED_CLAIM: Error, slug: "unsupported-claim",
        title: ["\"{words}\" is a claim, and nothing supports it", "“{words}”是一项声称，但没有依据"],
        help: ["add `claim NAME from EVIDENCE`: a condition that must hold for the customer, the day of the evidence, or the value itself", "请加 `claim 名称 from 依据`：客户须满足的条件、依据的日期，或取值本身"],
        label: ["no evidence", "没有依据"];
    NO_DISCLOSURE: Error, slug: "disclosure-missing",
        title: ["the text speaks of \"{words}\" and not of risk", "文本提到“{words}”，却没有风险提示"],
        help: ["add a sentence such as 过往业绩不代表未来表现，投资需谨慎", "请加一句，例如“过往业绩不代表未来表现，投资需谨慎”"],
        label: ["no disclosure", "没有风险提示"];
    GENERATED_UNAPPROVED: Error, slug: "generated-not-approved",
        title: ["`{template}` was written by {by}, and nobody else approved it", "`{template}` 由 {by} 生成，没有他人审批"],
        help: ["add `approved \"…\" until DATE` by somebody else", "请由他人审批并加 `approved \"…\" until 日期`"],
        label: ["not approved", "未审批"];
    FORMAT_MISFIT: Error, slug: "format-does-not-fit",
        title: ["`{format}` is a format for {expected}, and `{slot}` is {found}", "`{format}` 是{expected}的格式，而 `{slot}` 是{found}"],
        help: ["leave the format out, or choose one that fits", "请去掉格式，或换一个合适的"],
        label: ["does not fit", "不合适"];
    BUNDLE_PART: Error, slug: "bundle-part-with-quota",
        title: ["`{part}` has a quota, so it cannot be part of `{bundle}`", "`{part}` 有名额限制，不能放进 `{bundle}`"],
        help: ["give the quota to the bundle", "请把名额写在组合上"],
        label: ["has a quota of its own", "自带名额"];
}

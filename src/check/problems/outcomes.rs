//! Goals, guards, metrics, alerts, and promises a plan cannot keep.

super::problems! {
    GOAL_INCOMPLETE: Error, slug: "goal-incomplete",
        title: ["goal `{goal}` leaves open: {missing}", "目标 `{goal}` 没有写明：{missing}"],
        help: ["{advice}", "{advice}"],
        label: ["{missing}?", "{missing}？"];
    NO_CONTROL: Error, slug: "control-missing",
        title: ["goal `{goal}` compares with `control`, and `{strategy}` has no control arm", "目标 `{goal}` 要与 `control` 比较，而 `{strategy}` 没有对照组"],
        help: ["add `arms { treated 90%  control 10% }`, or compare with `vs prior 90 days` or `vs cohort NAME`", "请加 `arms { treated 90%  control 10% }`，或改为 `vs prior 90 days`、`vs cohort 名称`"],
        label: ["nobody is held back", "没有人留作对照"];
    WRITE_MULTIPLE: Warning, slug: "write-as-multiple",
        title: ["`{written}` of goal `{goal}` is read as {rel} times the baseline", "目标 `{goal}` 的 `{written}` 会被理解为基准的 {rel} 倍"],
        help: ["write `×{rel}`, or `×{of}` if {of} times as much was meant", "请写 `×{rel}`；如果想说 {of} 倍，请写 `×{of}`"],
        label: ["more than double", "超过一倍"];
    POINTS_OF_NO_SHARE: Error, slug: "points-of-no-share",
        title: ["goal `{goal}` moves by percentage points, and its figure is {found}", "目标 `{goal}` 以百分点变动，而它的指标是{found}"],
        help: ["`pp` is for shares such as `rate(…)`; write `+10% rel`, `×3` or an amount in the figure's own unit", "`pp` 只用于 `rate(…)` 之类的占比；请写 `+10% rel`、`×3` 或带同样单位的数"],
        label: ["not a share", "不是占比"];
    NOT_A_FIGURE: Error, slug: "not-a-figure",
        title: ["`{text}` is not a figure over many subjects", "`{text}` 不是对一群客户的统计指标"],
        help: ["use `rate(…)`, `mean(…)`, `sum(…)`, `count(…)`, `nps(…)` and the like, or the name of a metric", "请用 `rate(…)`、`mean(…)`、`sum(…)`、`count(…)`、`nps(…)` 等，或指标的名称"],
        label: ["of whom?", "谁的？"];
    NO_EARLIER_WINDOW: Error, slug: "no-earlier-window",
        title: ["`previous` of this figure has no earlier window to look at", "这个指标的 `previous` 没有更早的时间窗口可看"],
        help: ["give the figure a window such as `previous month` or `last 30 days`", "请给指标一个窗口，例如 `previous month` 或 `last 30 days`"],
        label: ["earlier than what?", "比什么更早？"];
    ALERT_WITHOUT_MINIMUM: Error, slug: "alert-without-minimum",
        title: ["alert `{alert}` judges `{metric}` on any number of rows", "预警 `{alert}` 不论样本多少都会判断 `{metric}`"],
        help: ["add `at least 30` to the figure; on fewer rows the alert stays silent and says why", "请在指标里加 `at least 30`；样本更少时不预警，并写明原因"],
        label: ["no minimum n", "没有最小样本量"];
    ALERT_OF_OUTCOMES: Error, slug: "alert-of-outcomes",
        title: ["alert `{alert}` watches what comes after an entry", "预警 `{alert}` 监看的是进入之后的结果"],
        help: ["a run sees what is there already: use a figure with a window such as `previous month`", "运行时只看得到已有的数据：请用带 `previous month` 之类窗口的指标"],
        label: ["known only later", "以后才知道"];
    ALERT_MIXED: Error, slug: "alert-of-two-tables",
        title: ["alert `{alert}` mixes figures of `{table}` and `{other}`", "预警 `{alert}` 混用了 `{table}` 和 `{other}` 的指标"],
        help: ["compare figures about one table, broken down the same way", "请比较同一张表、同样细分的指标"],
        label: ["another table or breakdown", "另一张表或另一种细分"];
    UNREACHABLE_WAVE: Error, slug: "unreachable-wave",
        title: ["wave `{wave}` is never reached: it comes {wait} after {start} at the earliest, and exit `{exit}` ends the journey before", "波次 `{wave}` 永远不会到来：最早在 {start} 之后 {wait}，而出口 `{exit}` 在此之前就结束了旅程"],
        help: ["`{condition}` holds by then; wait less, or let the journey run longer", "到那时 `{condition}` 已成立；请缩短等待，或让旅程更长"],
        label: ["too late", "太晚"];
    CLAIM_NOT_IMPLIED: Warning, slug: "claim-not-implied",
        title: ["`{strategy}` reaches customers without the evidence for claim `{claim}`: {example}", "`{strategy}` 会选中没有 `{claim}` 依据的客户：{example}"],
        help: ["every run excludes them; put the evidence into the trigger: `on while … and {evidence}`", "每次运行都会排除他们；请把依据写进触发条件：`on while … and {evidence}`"],
        label: ["not implied", "不能由触发条件推出"];
    EVIDENCE_EXPIRED: Warning, slug: "evidence-expired",
        title: ["the evidence of claim `{claim}` is of {day}, more than twelve months before {when}", "声称 `{claim}` 的依据日期是 {day}，比 {when} 早十二个月以上"],
        help: ["every run from then on excludes everybody from this text; renew the evidence or drop the claim", "从那天起每次运行都会因此排除所有人；请更新依据或去掉这项声称"],
        label: ["expired evidence", "依据已过期"];
    UNSUITABLE: Error, slug: "unsuitable-product",
        title: ["`{strategy}` can offer product {product} to somebody who cannot bear its risk: {example}", "`{strategy}` 会把产品 {product} 提供给承受不起其风险的客户：{example}"],
        help: ["the way there: {path}; use std.eligibility, or write in a `suitability` layer `exclude suitability when candidate.product.risk_level > risk_level`", "路径：{path}；请 `use std.eligibility`，或在 `suitability` 层写 `exclude suitability when candidate.product.risk_level > risk_level`"],
        label: ["no rule stops it", "没有规则阻止"];
    KNOWN_ONLY_NOW: Error, slug: "known-only-now",
        title: ["`{text}` cannot be told as of the entry: {what} is kept only as it is now", "`{text}` 无法还原到进入之时：{what} 只保存当前值"],
        help: ["use an aggregate over a table with a time, such as `latest(customer_month.aum)`, or keep the value in a ledger", "请用带时间的表上的聚合，例如 `latest(customer_month.aum)`，或把当时的值记入台账"],
        label: ["as of now only", "只有当前值"];
    ENTRY_TIME_MISSING: Error, slug: "entry-time-missing",
        title: ["`within` counts from the entry, and experiment `{experiment}` does not say when that was", "`within` 从进入之时算起，而实验 `{experiment}` 没有说明何时进入"],
        help: ["add `at COLUMN` with the day or time of assignment, or leave the window out", "请加 `at 列名`（分组的日期或时间），或去掉时间窗口"],
        label: ["from when?", "从何时起？"];
    BOUND_OF_CONTROL: Error, slug: "bound-of-control",
        title: ["goal `{goal}` is bounded by `{text}`, which is not the control group plus or minus an amount", "目标 `{goal}` 的界限 `{text}` 不是对照组加减一个数"],
        help: ["write `at most control + 0.2pp`, or a change such as `target -10% rel vs control`", "请写 `at most control + 0.2pp`，或变动量，例如 `target -10% rel vs control`"],
        label: ["how much slack?", "允许差多少？"];
    TERM_RANGE: Error, slug: "term-out-of-range",
        title: ["`{term}` is {value}, and it lies between {low} and {high}", "`{term}` 写的是 {value}，应在 {low} 与 {high} 之间"],
        help: ["write a value inside the range, or leave the line out for the usual one", "请写范围内的值，或去掉这一行，用默认值"],
        label: ["out of range", "超出范围"];
    JUDGE_UNIT: Error, slug: "judge-unit",
        title: ["`{name}` judges `{table}`, not `{unit}`", "`{name}` 评价的是 `{table}`，不是 `{unit}`"],
        help: ["write `{table}`, or the number alone", "请写 `{table}`，或只写数字"],
        label: ["other things", "不是同一类对象"];
    DRIFT_WITHOUT_ORDER: Error, slug: "drift-without-order",
        title: ["`drift` of `{name}` does not say who came first", "`{name}` 的 `drift` 没有说明先后顺序"],
        help: ["add `along COLUMN` with a whole number, a date or a time, or `at COLUMN` to the experiment", "请加 `along 列名`（整数、日期或时间），或在实验中写 `at 列名`"],
        label: ["in which order?", "按什么顺序？"];
    NOTHING_BESIDE: Error, slug: "nothing-beside",
        title: ["`beside {other}` of `{name}` names no other strategy with arms and no comparison about `{table}`", "`{name}` 的 `beside {other}` 不是另一个关于 `{table}` 且有实验组的策略或对比"],
        help: ["name a strategy with `arms` or a `compare` about the same table, other than `{name}` itself", "请写同一张表上另一个带 `arms` 的策略或 `compare`，不能是 `{name}` 自己"],
        label: ["whose arms?", "谁的组别？"];
    JUDGE_OF_NOTHING: Error, slug: "judge-of-nothing",
        title: ["`{name}` has terms of judgement, and neither arms nor goals", "`{name}` 写了评价条款，却没有实验组和目标"],
        help: ["add `arms { … }` or a `goal`, or remove `judge`", "请加 `arms { … }` 或 `goal`，或去掉 `judge`"],
        label: ["nothing to judge", "没有可评价的"];
    EXPERIMENT_INCOMPLETE: Error, slug: "experiment-incomplete",
        title: ["experiment `{experiment}` does not say {missing}", "实验 `{experiment}` 没有写明 {missing}"],
        help: ["it needs the column with the arm and the arms: `arm segment { \"A\" 50%  \"B\" 50% }`", "需要写明哪一列是组别以及有哪些组：`arm segment { \"A\" 50%  \"B\" 50% }`"],
        label: ["who was in which arm?", "谁在哪一组？"];
    EXPERIMENT_OF_POLICY: Error, slug: "experiment-of-policy",
        title: ["experiment `{experiment}` takes its arms from policy `{policy}`, and `{clause}` says something else about them", "实验 `{experiment}` 的分组来自政策 `{policy}`，`{clause}` 却另有说明"],
        help: ["remove `{clause}`: the ledger knows who was held back, since when, and with which share", "请去掉 `{clause}`：台账已记录谁被留作对照、从何时起、比例多少"],
        label: ["not here", "这里不需要"];
    POLICY_WITHOUT_CONTROL: Error, slug: "policy-without-control",
        title: ["policy `{policy}` holds nobody back", "政策 `{policy}` 没有留出对照组"],
        help: ["add `control 5%` to one of its layers, or judge the strategies one by one", "请在它的某一层加 `control 5%`，或逐个评价各策略"],
        label: ["no `control` in it", "没有 `control`"];
    COMPARE_INCOMPLETE: Error, slug: "compare-incomplete",
        title: ["comparison `{compare}` has no {missing}", "对比 `{compare}` 缺少 {missing}"],
        help: ["it needs a frozen cohort as `population` and strategies as `arms { a 45%  b 45%  control 10% }`", "需要固化客群作 `population`，以及以策略为组的 `arms { a 45%  b 45%  control 10% }`"],
        label: ["compared on whom, and what?", "在谁身上、比较什么？"];
    COMPARE_OF_ARMS: Error, slug: "compare-of-arms",
        title: ["`{strategy}` has arms of its own, and `{compare}` makes it one", "`{strategy}` 自己分了组，而 `{compare}` 又把它当作一个组"],
        help: ["an arm of a comparison is a whole strategy; remove these arms, or compare another strategy", "对比的一个组是一整个策略；请去掉这里的分组，或换一个策略来对比"],
        label: ["arms within an arm", "组中有组"];
    STEP_FORBIDDEN: Error, slug: "forbidden-step",
        title: ["`{step}` never happens here: `{rule}` forbids it for {whom}", "这里的 `{step}` 永远不会执行：`{rule}` 对 {whom} 禁止它"],
        help: ["use a channel the rule allows, or another branch", "请改用规则允许的渠道，或换一个分支"],
        label: ["forbidden for everybody who gets here", "对走到这里的所有人都禁止"];
}

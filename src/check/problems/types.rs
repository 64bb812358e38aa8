//! Types, units, windows and missing values.

super::problems! {
    WRONG_TYPE: Error, slug: "wrong-type",
        title: ["{where} needs {expected}, and this is {found}", "{where} 需要 {expected}，而这里是 {found}"],
        help: ["write {expected}", "请写 {expected}"],
        label: ["this is {found}", "这是 {found}"];
    UNIT_MISMATCH: Error, slug: "unit-mismatch",
        title: ["{left} and {right} can't be {verb}", "{left} 与 {right} 不能{verb}"],
        help: ["both sides need the same unit", "两边的单位要一致"],
        label: ["{left} here, {right} there", "这边是 {left}，那边是 {right}"];
    UNIT_MISSING: Error, slug: "unit-missing",
        title: ["`{number}` needs a unit: the other side is {type}", "`{number}` 缺少单位：另一边是 {type}"],
        help: ["did you mean {suggestion}?", "您是不是想写 {suggestion}？"],
        label: ["a number without unit", "没有单位的数"];
    PERCENT_ON_RATE: Error, slug: "percent-on-rate",
        title: ["a rate moves by basis points, and `{percent}` is a percentage", "利率的变动用基点，`{percent}` 是百分比"],
        help: ["`{percent}` could mean {points}bp more or a {percent} share of the rate; write `{points}bp`", "`{percent}` 可能指上调 {points} 个基点，也可能指利率的 {percent}；请写 `{points}bp`"],
        label: ["percent on a rate", "对利率用了百分比"];
    TEXT_HAS_NO_ORDER: Error, slug: "text-has-no-order",
        title: ["texts have no order, so `{operator}` means nothing here", "文本没有大小，`{operator}` 在这里没有意义"],
        help: ["compare with `=` or `in [..]`; labels of tiers do have an order", "请用 `=` 或 `in [..]`；分层的标签才有高低"],
        label: ["a text", "文本"];
    UNKNOWN_FLIPPED: Warning, slug: "unknown-flipped",
        title: ["`{column}` may be missing, and then this is not true either", "`{column}` 可能缺失，缺失时这里也不成立"],
        help: ["say what missing means: `{column} is missing or …`, or `{column} ?? VALUE`", "请说明缺失的含义：`{column} is missing or …`，或 `{column} ?? 值`"],
        label: ["leaves out what is not known", "缺失的不会算在内"];
    NOT_A_CONDITION: Error, slug: "not-a-condition",
        title: ["{where} needs a condition, and this is {found}", "{where} 需要一个条件，而这里是 {found}"],
        help: ["compare it with something, for example `… >= 1`", "请与某个值比较，例如 `… >= 1`"],
        label: ["not true or false", "不是真假"];
    NOT_EXACT: Error, slug: "not-exact",
        title: ["`{number}` cannot be counted exactly", "`{number}` 无法精确计算"],
        help: ["use a smaller number; months, quarters, years and workdays come whole", "请用小一点的数；月、季度、年和工作日要用整数"],
        label: ["not exact", "不精确"];
    TOO_MANY_DECIMALS: Error, slug: "too-many-decimals",
        title: ["`{amount}` has more decimals than the currency", "`{amount}` 的小数位比货币多"],
        help: ["money has two decimals", "金额最多两位小数"],
        label: ["more than two decimals", "超过两位小数"];
    NOT_CONSTANT: Error, slug: "not-constant",
        title: ["{where} needs a fixed value", "{where} 需要固定的值"],
        help: ["use a number with unit or a param", "请用带单位的数或参数"],
        label: ["depends on the subject", "随客户而变"];
    NOT_A_LENGTH: Error, slug: "not-a-length",
        title: ["{where} needs a length of time", "{where} 需要一段时间"],
        help: ["for example `30 days`, `6 months`, or a param of that kind", "例如 `30 days`、`6个月`，或这样的参数"],
        label: ["not a length of time", "不是一段时间"];
    CALENDAR_LENGTH: Error, slug: "calendar-length",
        title: ["`{amount}` has no fixed length, so it can't be {verb} here", "`{amount}` 长短不一，不能在这里{verb}"],
        help: ["count in days, or ask for `months since …`", "请用天数，或用 `months since …`"],
        label: ["no fixed length", "长短不一"];
    ROWS_WITHOUT_FUNCTION: Error, slug: "rows-without-function",
        title: ["`{path}` is many rows, not one value", "`{path}` 是多行，不是一个值"],
        help: ["say what to make of them: `count(…)`, `sum(…)`, `latest(…)`, `exists(…)`", "请说明怎么汇总：`count(…)`、`sum(…)`、`latest(…)`、`exists(…)`"],
        label: ["many rows", "多行"];
    ROWS_EXPECTED: Error, slug: "rows-expected",
        title: ["`{function}` folds rows of a table, and there is none here", "`{function}` 要汇总某张表的行，而这里没有"],
        help: ["name a table or a column of it: `{function}(transactions.amount …)`", "请写表或表的列：`{function}(transactions.amount …)`"],
        label: ["no rows", "没有行"];
    BAD_ARGUMENT: Error, slug: "bad-argument",
        title: ["`{function}` does not take this", "`{function}` 不接受这个参数"],
        help: ["write it as `{signature}`", "写法是 `{signature}`"],
        label: ["does not fit", "不合适"];
    GROUP_VALUE: Error, slug: "group-value-missing",
        title: ["`{function}(… per {column})` does not say what a group of rows is worth", "`{function}(… per {column})` 没有说明每组行怎么取值"],
        help: ["fold each group first: `max(sum(transactions.amount) per type)`; `count(x per {column})` counts the groups", "请先汇总每一组：`max(sum(transactions.amount) per type)`；`count(x per {column})` 数有几组"],
        label: ["`{value}` is one value per row", "`{value}` 每行一个值"];
    SUBJECT_UNSEEN: Error, slug: "subject-unseen",
        title: ["`{function}` looks at everybody's rows at once, so it cannot ask about the subject", "`{function}` 同时看所有人的行，因此不能涉及主体自身"],
        help: ["read the value along the row's own path, such as `customer.open_date` for `subject.open_date`, and use a window that is the same for all", "请沿行自己的路径读取，如用 `customer.open_date` 代替 `subject.open_date`，并使用对所有人相同的窗口"],
        label: ["differs by subject", "因主体而异"];
    WINDOW_WITHOUT_TIME: Error, slug: "window-without-time",
        title: ["`{table}` has no time column, so a window says nothing", "`{table}` 没有时间列，时间窗口没有意义"],
        help: ["declare its time with `at`, or write `column in last …`", "请用 `at` 声明时间列，或写 `列 in last …`"],
        label: ["a window here", "这里的时间窗口"];
    WINDOW_NOT_WHOLE: Error, slug: "window-not-whole",
        title: ["`{table}` holds whole {period}s, and this window is not a number of them", "`{table}` 每{period}一行，这个窗口不是整数个{period}"],
        help: ["use a multiple of one {period}", "请用若干个整{period}"],
        label: ["not whole {period}s", "不是整数个{period}"];
    WINDOW_MISPLACED: Error, slug: "window-misplaced",
        title: ["a window of time can't stand here", "时间窗口不能放在这里"],
        help: ["a window is the last argument of an aggregate, or the right side of `in` for a date", "时间窗口是汇总函数的最后一个参数，或日期 `in` 的右边"],
        label: ["a window", "时间窗口"];
    FUTURE_WINDOW: Error, slug: "future-window",
        title: ["rows of `{table}` in the future are invisible", "`{table}` 未来的行不可见"],
        help: ["`next …` is for dates already in the snapshot: `maturity_date in next 30 days`", "`next …` 只用于快照里已有的日期：`maturity_date in next 30 days`"],
        label: ["looks ahead", "看到了未来"];
    MISSING_COMPARED: Error, slug: "compared-with-missing",
        title: ["a comparison with `missing` is never true", "与 `missing` 比较永远不成立"],
        help: ["write `is missing` or `is known`", "请写 `is missing` 或 `is known`"],
        label: ["compared with missing", "与缺失比较"];
    NEVER_MISSING: Warning, slug: "never-missing",
        title: ["`{text}` is never missing", "`{text}` 不会缺失"],
        help: ["the part after `??`, or the check, does nothing; remove it", "`??` 之后的部分或这个判断不起作用，请去掉"],
        label: ["always known", "总是已知"];
}

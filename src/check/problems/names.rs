//! Names that mean nothing, or too much.

super::problems! {
    UNKNOWN_NAME: Error, slug: "unknown-name",
        title: ["nothing here is called `{name}`", "这里没有叫 `{name}` 的东西"],
        help: ["{advice}", "{advice}"],
        label: ["unknown name", "未知名称"];
    UNKNOWN_COLUMN: Error, slug: "unknown-column",
        title: ["table `{table}` has no column `{name}`", "表 `{table}` 没有列 `{name}`"],
        help: ["{advice}", "{advice}"],
        label: ["unknown column", "未知列"];
    UNKNOWN_TABLE: Error, slug: "unknown-table",
        title: ["there is no table `{name}`", "没有表 `{name}`"],
        help: ["{advice}", "{advice}"],
        label: ["unknown table", "未知表"];
    UNKNOWN_LABEL: Error, slug: "unknown-label",
        title: ["`{ladder}` has no label `{name}`", "`{ladder}` 没有标签 `{name}`"],
        help: ["its labels are {known}", "它的标签有 {known}"],
        label: ["unknown label", "未知标签"];
    UNQUOTED_VALUE: Error, slug: "unquoted-value",
        title: ["nothing is called `{name}`; a value of the data stands in quotes: \"{name}\"", "没有叫 `{name}` 的东西；如果是数据里的值，要加引号：\"{name}\""],
        help: ["a value that lives in the data is in quotes, a name declared in a program is bare", "数据里的值加引号，程序里声明的名称不加"],
        label: ["write \"{name}\"", "写成 \"{name}\""];
    UNKNOWN_VALUE: Error, slug: "unknown-value",
        title: ["\"{value}\" is not among the values of this column", "\"{value}\" 不在这一列的取值里"],
        help: ["its values are {known}", "它的取值有 {known}"],
        label: ["not in the closed set", "不在取值范围内"];
    UNKNOWN_FUNCTION: Error, slug: "unknown-function",
        title: ["there is no function `{name}`", "没有函数 `{name}`"],
        help: ["{advice}", "{advice}"],
        label: ["unknown function", "未知函数"];
    UNKNOWN_MODULE: Error, slug: "unknown-module",
        title: ["there is no module `{name}`", "没有模块 `{name}`"],
        help: ["{advice}", "{advice}"],
        label: ["unknown module", "未知模块"];
    UNKNOWN_PART: Error, slug: "not-declared",
        title: ["there is no {kind} called `{name}`", "没有名为 `{name}` 的 {kind}"],
        help: ["{advice}", "{advice}"],
        label: ["not declared", "未声明"];
    DUPLICATE_NAME: Error, slug: "duplicate-name",
        title: ["`{name}` is declared twice", "`{name}` 声明了两次"],
        help: ["rename one of them", "请给其中一个改名"],
        label: ["second declaration", "第二处声明"];
    DUPLICATE_CLAUSE: Error, slug: "duplicate-label",
        title: ["`{name}` stands twice in this block", "`{name}` 在这个块里出现了两次"],
        help: ["keep one of them, or rename the other", "只保留一个，或给另一个改名"],
        label: ["again here", "这里又出现"];
    CYCLIC_DEFINITION: Error, slug: "cyclic-definition",
        title: ["`{name}` is defined by itself", "`{name}` 的定义用到了它自己"],
        help: ["a fact may not depend on itself, directly or through others", "一个指标不能直接或间接依赖自己"],
        label: ["needs its own value", "需要它自己的值"];
    NOT_AVAILABLE: Error, slug: "not-available-yet",
        title: ["{what} is not available yet", "{what} 尚不可用"],
        help: ["this version reads it but can't run it; leave it out for now", "本版本能读懂但还不能执行，请暂时去掉"],
        label: ["not available yet", "尚不可用"];
    ALLOW_WITHOUT_REASON: Error, slug: "allow-without-reason",
        title: ["silencing `{slug}` needs a reason", "忽略 `{slug}` 必须写明理由"],
        help: ["write `# strat: allow({slug}) why it is right here`", "请写 `# strat: allow({slug}) 理由`"],
        label: ["no reason given", "没有理由"];
    UNUSED_ALLOW: Warning, slug: "unused-allow",
        title: ["nothing here reports `{slug}`", "这里没有 `{slug}` 问题"],
        help: ["remove the line", "请删掉这一行"],
        label: ["silences nothing", "没有可忽略的问题"];
    AMBIGUOUS_ROWS: Error, slug: "ambiguous-rows",
        title: ["rows of `{rows}` can belong to `{table}` in more than one way", "`{rows}` 的行可以用不止一种方式归到 `{table}`"],
        help: ["use one of the names given with `back`: {known}", "请用 `back` 给出的名称之一：{known}"],
        label: ["which of them?", "是哪一种？"];
    ROWS_NOT_LINKED: Error, slug: "rows-not-linked",
        title: ["rows of `{rows}` do not belong to one row of `{table}`", "`{rows}` 的行与 `{table}` 的行没有归属关系"],
        help: ["`{rows}` needs a column `: ref {table}`, or walk there by a path such as `company.{rows}`", "`{rows}` 需要一列 `: ref {table}`，或用路径走过去，例如 `company.{rows}`"],
        label: ["no way from here", "从这里走不到"];
    FACT_OF_OTHER_TABLE: Error, slug: "fact-of-other-table",
        title: ["`{name}` is a fact about `{table}`, and this is about `{here}`", "`{name}` 是 `{table}` 的指标，而这里说的是 `{here}`"],
        help: ["walk there by a path, such as `{path}.{name}`", "请用路径走过去，例如 `{path}.{name}`"],
        label: ["about `{table}`", "属于 `{table}`"];
}

//! Every problem that reading a file can find.

use crate::diag::{ProblemKind, Severity, Text};

const fn text(en: &'static str, zh: &'static str) -> Text {
    Text { en, zh }
}

const fn kind(slug: &'static str, severity: Severity, title: Text, help: Option<Text>, label: Text) -> ProblemKind {
    ProblemKind { slug, severity, title, help, label }
}

const HERE: Text = text("here", "这里");
const FOUND: Text = text("found `{found}`", "这里是 `{found}`");

pub static EXPECTED_CONDITION: ProblemKind = kind(
    "expected-condition",
    Severity::Error,
    text("expected a condition after `{after}`", "`{after}` 后面缺少条件"),
    Some(text(
        "a condition compares or asks, such as `aum >= 5万元`, `status = \"active\"` or `exists(loans)`",
        "条件是一次比较或一个判断，例如 `aum >= 5万元`、`status = \"active\"` 或 `exists(loans)`",
    )),
    FOUND,
);
pub static EXPECTED_VALUE: ProblemKind = kind(
    "expected-value",
    Severity::Error,
    text("expected a value after `{after}`", "`{after}` 后面缺少一个值"),
    Some(text(
        "a value is a column, a feature, a number with its unit, a text in quotes or a call such as `sum(…)`",
        "值可以是字段、特征、带单位的数、引号里的文字，或 `sum(…)` 这样的计算",
    )),
    FOUND,
);
pub static EXPECTED_NAME: ProblemKind = kind(
    "expected-name",
    Severity::Error,
    text("expected a name after `{after}`", "`{after}` 后面缺少名称"),
    Some(text(
        "a name begins with a letter or a Chinese character and has no blanks and no quotes",
        "名称以字母或汉字开头，中间没有空格，也不加引号",
    )),
    FOUND,
);
pub static EXPECTED_TEXT: ProblemKind = kind(
    "expected-text",
    Severity::Error,
    text("expected a text in double quotes after `{after}`", "`{after}` 后面缺少双引号里的文字"),
    Some(text("write it in straight double quotes: `\"…\"`", "用英文双引号书写：`\"…\"`")),
    FOUND,
);
pub static EXPECTED_TYPE: ProblemKind = kind(
    "expected-type",
    Severity::Error,
    text("expected the type of the column after `{after}`", "`{after}` 后面缺少字段类型"),
    Some(text(
        "types are `text`, `int`, `number`, `bool`, `money`, `percent`, `rate`, `bp`, `date`, `time`, `month`, `quarter`, `duration(seconds)`, `text in [\"a\", \"b\"]`, `list of text`, `ref TABLE`, each with `?` when it may be missing",
        "类型有 `text`、`int`、`number`、`bool`、`money`、`percent`、`rate`、`bp`、`date`、`time`、`month`、`quarter`、`duration(seconds)`、`text in [\"a\", \"b\"]`、`list of text`、`ref 表名`，可能缺失时后面加 `?`",
    )),
    FOUND,
);
pub static EXPECTED_WORD: ProblemKind =
    kind("expected-word", Severity::Error, text("expected {choices} after `{after}`", "`{after}` 后面应当是 {choices}"), None, FOUND);
pub static EXPECTED_CLAUSE: ProblemKind = kind(
    "unknown-clause",
    Severity::Error,
    text(
        "`{found}` neither continues what stands before it nor begins a clause of this block",
        "`{found}` 既不能接在前面的内容之后，也不是这个区块里的子句",
    ),
    Some(text("after `{after}` these can follow: {choices}", "`{after}` 之后可以是：{choices}")),
    HERE,
);
pub static EXPECTED_DECLARATION: ProblemKind = kind(
    "unknown-declaration",
    Severity::Error,
    text("`{found}` does not begin a declaration", "`{found}` 不是声明的开头"),
    Some(text("a declaration begins with one of {choices}", "声明以下列词之一开头：{choices}")),
    HERE,
);
pub static UNEXPECTED: ProblemKind =
    kind("unexpected-text", Severity::Error, text("`{found}` cannot stand after `{after}`", "`{after}` 后面不能是 `{found}`"), None, HERE);
pub static RESERVED_NAME: ProblemKind = kind(
    "reserved-word-as-name",
    Severity::Error,
    text("`{found}` is a reserved word and cannot be a name", "`{found}` 是保留字，不能作名称"),
    Some(text(
        "reserved are only: and or not in is where when otherwise true false missing known unknown any none",
        "保留字只有：and or not in is where when otherwise true false missing known unknown any none",
    )),
    HERE,
);
pub static MISSING_BRACE: ProblemKind = kind(
    "missing-brace",
    Severity::Error,
    text("this block is never closed: a `}` is missing", "这个区块没有结束：缺少 `}`"),
    Some(text("add `}` where the block ends", "在区块结束处补上 `}`")),
    text("the block opened here", "区块从这里开始"),
);
pub static STRAY_BRACE: ProblemKind = kind(
    "stray-brace",
    Severity::Error,
    text("this `}` closes nothing", "这个 `}` 没有对应的 `{`"),
    Some(text("remove it, or look for a block above that was closed too early", "删掉它，或检查上面是否有区块提前结束")),
    HERE,
);
pub static UNCLOSED_BRACKET: ProblemKind = kind(
    "unclosed-bracket",
    Severity::Error,
    text("this `{found}` is never closed", "这个 `{found}` 没有配对的右括号"),
    Some(text("add the closing bracket", "补上右括号")),
    text("opened here", "从这里开始"),
);
pub static UNCLOSED_TEXT: ProblemKind = kind(
    "unclosed-text",
    Severity::Error,
    text("this text has no closing quote", "这段文字缺少右引号"),
    Some(text("add `\"` where the text ends", "在文字结束处补上 `\"`")),
    text("the text begins here", "文字从这里开始"),
);
pub static BAD_SLOT: ProblemKind = kind(
    "bad-slot",
    Severity::Error,
    text("this slot in the text cannot be read", "文字里的这个占位符无法识别"),
    Some(text(
        "a slot is `{name}`, `{name:format}` or `{name|fallback}`, without calculations or quotes; name a computed value as a feature; write `{{` for a brace that is text",
        "占位符写作 `{名称}`、`{名称:格式}` 或 `{名称|缺省文字}`，里面没有计算和引号；需要计算时先命名为特征；文字里的花括号写成 `{{`",
    )),
    HERE,
);
pub static BAD_ESCAPE: ProblemKind = kind(
    "bad-escape",
    Severity::Error,
    text("`{found}` is not a known escape in a text", "文字里不认识转义 `{found}`"),
    Some(text(
        "known are `\\\"` `\\\\` `\\n` `\\t` `\\{` `\\}`; a backslash itself is `\\\\`",
        "可用的有 `\\\"` `\\\\` `\\n` `\\t` `\\{` `\\}`；反斜杠本身写作 `\\\\`",
    )),
    HERE,
);
pub static FULL_WIDTH: ProblemKind = kind(
    "full-width-punctuation",
    Severity::Error,
    text("`{found}` is full-width; the language uses `{plain}`", "`{found}` 是全角符号，应写作半角 `{plain}`"),
    Some(text("inside quotes full-width punctuation is plain text and may stay", "引号里的全角标点是文字，可以保留")),
    HERE,
);
pub static FULL_WIDTH_BLANK: ProblemKind = kind(
    "full-width-blank",
    Severity::Error,
    text("a full-width or no-break blank stands between words", "词与词之间用了全角空格或不间断空格"),
    Some(text("use an ordinary blank", "请改用普通空格")),
    HERE,
);
pub static NEEDLESS_SEMICOLON: ProblemKind = kind(
    "needless-semicolon",
    Severity::Error,
    text("clauses need no `{found}` at their end", "子句结尾不需要 `{found}`"),
    Some(text("remove it: clauses are led by their words", "删掉即可：子句靠开头的词区分")),
    HERE,
);
pub static FOREIGN_QUOTES: ProblemKind = kind(
    "foreign-quotes",
    Severity::Error,
    text("texts stand in straight double quotes, not in `{found}`", "文字要用英文双引号，而不是 `{found}`"),
    None,
    HERE,
);
pub static FOREIGN_OPERATOR: ProblemKind =
    kind("foreign-operator", Severity::Error, text("`{found}` is written `{plain}` here", "`{found}` 在这里写作 `{plain}`"), None, HERE);
pub static IF_FOR_WHEN: ProblemKind = kind(
    "if-for-when",
    Severity::Error,
    text("a condition is led by `when`, not `if`", "条件用 `when` 引出，而不是 `if`"),
    Some(text("`if(c, a, b)` with brackets chooses between two values", "带括号的 `if(c, a, b)` 用来在两个值之间选择")),
    HERE,
);
pub static CURRENCY_SIGN: ProblemKind = kind(
    "currency-sign-in-front",
    Severity::Error,
    text("an amount of money is written `{plain}`", "金额写作 `{plain}`"),
    Some(text("the unit follows the number: `80元`, `2.3万元`", "单位写在数字后面：`80元`、`2.3万元`")),
    HERE,
);
pub static DATE_SPELLING: ProblemKind = kind(
    "date-spelling",
    Severity::Error,
    text("a date is written `{plain}`", "日期写作 `{plain}`"),
    Some(text("year, month and day with hyphens and two digits each: `2026-01-05`", "年、月、日用连字符连接，月和日各两位：`2026-01-05`")),
    HERE,
);
pub static NO_SUCH_DATE: ProblemKind = kind(
    "no-such-date",
    Severity::Error,
    text("`{found}` is not in the calendar", "日历上没有 `{found}`"),
    Some(text("check month and day", "请检查月份和日期")),
    HERE,
);
pub static NO_SUCH_TIME: ProblemKind = kind(
    "no-such-time",
    Severity::Error,
    text("`{found}` is not a time of day", "`{found}` 不是有效的时刻"),
    Some(text("times run from 00:00 to 23:59; an end of day may be 24:00", "时刻从 00:00 到 23:59；表示一天结束时可用 24:00")),
    HERE,
);
pub static NUMBER_TOO_LARGE: ProblemKind = kind(
    "number-too-large",
    Severity::Error,
    text("`{found}` has more digits than the language keeps", "`{found}` 的位数太多，无法精确表示"),
    Some(text("at most 18 digits before and 12 after the point", "小数点前最多 18 位，后最多 12 位")),
    HERE,
);
pub static UNIT_RUNS_ON: ProblemKind = kind(
    "unit-runs-on",
    Severity::Error,
    text("`{found}` is neither a number nor a number with a unit", "`{found}` 既不是数，也不是带单位的数"),
    Some(text(
        "units are `元` `万元` `%` `bp` `pp` and `seconds` `minutes` `hours` `days` `weeks` `months` `quarters` `years` `workdays` or `秒` `分钟` `小时` `天` `周` `个月` `季度` `年` `个工作日`",
        "单位有 `元` `万元` `%` `bp` `pp`，以及 `seconds` `minutes` `hours` `days` `weeks` `months` `quarters` `years` `workdays` 或 `秒` `分钟` `小时` `天` `周` `个月` `季度` `年` `个工作日`",
    )),
    HERE,
);
pub static NESTED_TOO_DEEP: ProblemKind = kind(
    "nested-too-deep",
    Severity::Error,
    text("brackets are nested more than {limit} deep", "括号嵌套超过 {limit} 层"),
    Some(text("name the inner parts as features", "把里层的部分命名为特征")),
    text("the declaration is not read further", "此处起不再读取这个声明"),
);
pub static EXPRESSION_TOO_LONG: ProblemKind = kind(
    "expression-too-long",
    Severity::Error,
    text("one expression has more than {limit} operators", "一个表达式里的运算超过 {limit} 个"),
    Some(text(
        "name its parts as features or segments; many equal values read better as `x in [\"a\", \"b\"]`",
        "把各部分命名为特征或客群；很多个取值请写成 `x in [\"a\", \"b\"]`",
    )),
    HERE,
);
pub static MIXED_CHAIN: ProblemKind = kind(
    "mixed-chain",
    Severity::Error,
    text("only a range may compare twice, such as `0.3 <= x < 0.6`", "只有区间可以连写两次比较，例如 `0.3 <= x < 0.6`"),
    Some(text("join two comparisons with `and`", "用 `and` 连接两个比较")),
    text("the second comparison", "第二个比较"),
);
pub static CONTROL_CHARACTER: ProblemKind = kind(
    "control-character",
    Severity::Error,
    text("an invisible control character ({code}) stands in the file", "文件里有不可见的控制字符（{code}）"),
    Some(text("remove it; files are plain UTF-8 text", "请删除；文件应是普通的 UTF-8 文本")),
    HERE,
);
pub static REPEATED_CLAUSE: ProblemKind = kind(
    "repeated-clause",
    Severity::Error,
    text("`{clause}` is given twice", "`{clause}` 写了两次"),
    Some(text("keep one of the two", "只保留一处")),
    text("the second one", "第二处"),
);
pub static MIXED_PLAN: ProblemKind = kind(
    "mixed-plan",
    Severity::Error,
    text("a plan has either waves or steps, not both", "计划要么由波次组成，要么由动作组成，不能混用"),
    Some(text("put the step into a `wave NAME { … }`", "把这个动作放进 `wave 名称 { … }`")),
    text("this stands outside every wave", "这里不属于任何波次"),
);
pub static BAD_ALLOW: ProblemKind = kind(
    "unreadable-suppression",
    Severity::Warning,
    text("this `# strat:` comment is not understood", "看不懂这条 `# strat:` 注释"),
    Some(text("write `# strat: allow(problem-name) reason`", "写作 `# strat: allow(问题名) 理由`")),
    HERE,
);
pub static MIXED_SCRIPTS: ProblemKind = kind(
    "look-alike-letters",
    Severity::Warning,
    text("`{found}` mixes letters of two alphabets that look alike", "`{found}` 混用了两种字母表里外形相同的字母"),
    Some(text("type the name again with one keyboard layout", "请用同一种键盘布局重新输入这个名称")),
    HERE,
);
pub static TOO_MANY_PROBLEMS: ProblemKind = kind(
    "too-many-problems",
    Severity::Error,
    text("reading stopped here: this declaration has too many mistakes", "这个声明里的错误太多，此处停止读取"),
    Some(text("repair the first ones and run again", "先改正前面的，再运行一次")),
    HERE,
);
pub static FILE_TOO_LARGE: ProblemKind = kind(
    "file-too-large",
    Severity::Error,
    text("the file is larger than {limit} MB", "文件超过 {limit} MB"),
    Some(text("a program is text written by people; data belongs in tables", "程序是人写的文字；数据请放进数据表")),
    HERE,
);

/// Every problem of this room.
pub static ALL: &[&ProblemKind] = &[
    &EXPECTED_CONDITION,
    &EXPECTED_VALUE,
    &EXPECTED_NAME,
    &EXPECTED_TEXT,
    &EXPECTED_TYPE,
    &EXPECTED_WORD,
    &EXPECTED_CLAUSE,
    &EXPECTED_DECLARATION,
    &UNEXPECTED,
    &RESERVED_NAME,
    &MISSING_BRACE,
    &STRAY_BRACE,
    &UNCLOSED_BRACKET,
    &UNCLOSED_TEXT,
    &BAD_SLOT,
    &BAD_ESCAPE,
    &FULL_WIDTH,
    &FULL_WIDTH_BLANK,
    &NEEDLESS_SEMICOLON,
    &FOREIGN_QUOTES,
    &FOREIGN_OPERATOR,
    &IF_FOR_WHEN,
    &CURRENCY_SIGN,
    &DATE_SPELLING,
    &NO_SUCH_DATE,
    &NO_SUCH_TIME,
    &NUMBER_TOO_LARGE,
    &UNIT_RUNS_ON,
    &NESTED_TOO_DEEP,
    &EXPRESSION_TOO_LONG,
    &MIXED_CHAIN,
    &CONTROL_CHARACTER,
    &REPEATED_CLAUSE,
    &MIXED_PLAN,
    &BAD_ALLOW,
    &MIXED_SCRIPTS,
    &TOO_MANY_PROBLEMS,
    &FILE_TOO_LARGE,
];

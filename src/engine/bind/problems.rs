//! What can be wrong with data. A problem points at the declaration the data breaks, and shows no customer's value in full.

use crate::diag::{Language, Problem, ProblemKind, Severity, Text};
use crate::source::Span;
use crate::types::{Column, Table};

const NO_LABEL: Text = Text { en: "", zh: "" };
const DECLARED: Text = Text { en: "declared here", zh: "在这里声明" };

/// A table the program reads has no file.
pub static MISSING_TABLE: ProblemKind = ProblemKind {
    slug: "missing-table",
    severity: Severity::Error,
    title: Text { en: "the data has no table `{table}`", zh: "数据中没有表 `{table}`" },
    help: Some(Text {
        en: "put {table}.csv, {table}.parquet or a folder {table} with parts into the data folder; it holds: {found}; if the bank has none, write in strat.toml: optional_tables = [\"{table}\"]",
        zh: "请在数据文件夹中放入 {table}.csv、{table}.parquet 或存放分片的文件夹 {table}；现有：{found}；如果本行没有这张表，请在 strat.toml 中写：optional_tables = [\"{table}\"]",
    }),
    label: DECLARED,
};

/// A column that must have a value has no header.
pub static MISSING_COLUMN: ProblemKind = ProblemKind {
    slug: "missing-column",
    severity: Severity::Error,
    title: Text { en: "{file} has no column `{column}`", zh: "{file} 中没有列 `{column}`" },
    help: Some(Text { en: "{nearest}its headers are: {found}", zh: "{nearest}现有表头：{found}" }),
    label: DECLARED,
};

/// Two headers of one file could be the same column.
pub static DUPLICATE_HEADER: ProblemKind = ProblemKind {
    slug: "duplicate-header",
    severity: Severity::Error,
    title: Text {
        en: "{file} has two headers for the column `{column}`: {found}", zh: "{file} 中有两个表头对应列 `{column}`：{found}"
    },
    help: Some(Text { en: "rename or remove one of them", zh: "请改名或删去其中一个" }),
    label: DECLARED,
};

/// Cells that are not of the declared type.
pub static WRONG_TYPE: ProblemKind = ProblemKind {
    slug: "wrong-type-in-data",
    severity: Severity::Error,
    title: Text {
        en: "{file}: {rows} values of `{column}` are not {type}, first in row {first}: {sample}",
        zh: "{file}：`{column}` 有 {rows} 个值不是 {type}，首次出现在第 {first} 行：{sample}",
    },
    help: Some(Text { en: "{type} is written like {example}", zh: "{type} 的写法示例：{example}" }),
    label: DECLARED,
};

/// Amounts finer than the currency.
pub static TOO_MANY_DECIMALS: ProblemKind = ProblemKind {
    slug: "too-many-decimals-in-data",
    severity: Severity::Error,
    title: Text {
        en: "{file}: {rows} amounts of `{column}` have more than two decimals, first in row {first}: {sample}",
        zh: "{file}：`{column}` 有 {rows} 个金额超过两位小数，首次出现在第 {first} 行：{sample}",
    },
    help: Some(Text {
        en: "money is exact to the fen; round it where the file is made, or declare the column as number",
        zh: "金额精确到分；请在生成文件时取整，或把该列声明为 number",
    }),
    label: DECLARED,
};

/// Values outside a closed set.
pub static VALUE_NOT_IN_SET: ProblemKind = ProblemKind {
    slug: "value-not-in-set",
    severity: Severity::Error,
    title: Text {
        en: "{file}: {rows} values of `{column}` are not in its list, first in row {first}: {sample}",
        zh: "{file}：`{column}` 有 {rows} 个值不在取值列表中，首次出现在第 {first} 行：{sample}",
    },
    help: Some(Text { en: "{nearest}allowed are: {allowed}", zh: "{nearest}允许的取值：{allowed}" }),
    label: DECLARED,
};

/// Empty cells of a column without `?`.
pub static MISSING_REQUIRED_VALUE: ProblemKind = ProblemKind {
    slug: "missing-required-value",
    severity: Severity::Error,
    title: Text {
        en: "{file}: {rows} rows have no `{column}`, first row {first}",
        zh: "{file}：有 {rows} 行缺少 `{column}`，首次出现在第 {first} 行",
    },
    help: Some(Text {
        en: "fill them in, or declare the column with ? and say what missing means",
        zh: "请补全数据，或把该列声明为可缺失（加 ?）并说明缺失的含义",
    }),
    label: DECLARED,
};

/// Rows without key.
pub static NULL_KEY: ProblemKind = ProblemKind {
    slug: "null-key",
    severity: Severity::Error,
    title: Text {
        en: "{file}: {rows} rows have no key `{column}`, first row {first}",
        zh: "{file}：有 {rows} 行没有主键 `{column}`，首次出现在第 {first} 行",
    },
    help: Some(Text {
        en: "a row without key cannot be told from others; remove or complete it",
        zh: "没有主键的行无法识别，请删除或补全",
    }),
    label: DECLARED,
};

/// Several rows with one key.
pub static DUPLICATE_KEY: ProblemKind = ProblemKind {
    slug: "duplicate-key",
    severity: Severity::Error,
    title: Text {
        en: "`{table}`: {rows} rows repeat a key ({column}), first in row {first}: {sample}",
        zh: "`{table}`：有 {rows} 行主键（{column}）重复，首次出现在第 {first} 行：{sample}",
    },
    help: Some(Text { en: "keep one row per key", zh: "每个主键只保留一行" }),
    label: DECLARED,
};

/// References to things that are not there.
pub static DANGLING_REFERENCE: ProblemKind = ProblemKind {
    slug: "dangling-reference",
    severity: Severity::Warning,
    title: Text {
        en: "{rows} rows of `{table}` name a `{column}` that `{target}` does not have, such as {sample}",
        zh: "`{table}` 有 {rows} 行的 `{column}` 在 `{target}` 中找不到，例如 {sample}",
    },
    help: Some(Text { en: "what they would look up is missing for these rows", zh: "对这些行，引用到的内容按缺失处理" }),
    label: DECLARED,
};

/// A column that may be missing is missing as a whole.
pub static ABSENT_COLUMN: ProblemKind = ProblemKind {
    slug: "absent-column",
    severity: Severity::Info,
    title: Text {
        en: "{file} has no column `{column}`: every value counts as missing",
        zh: "{file} 中没有列 `{column}`：所有值按缺失处理",
    },
    help: None,
    label: DECLARED,
};

/// A table the project calls optional has no file.
pub static ABSENT_TABLE: ProblemKind = ProblemKind {
    slug: "absent-table",
    severity: Severity::Info,
    title: Text {
        en: "the data has no table `{table}`, which strat.toml calls optional: it counts as empty",
        zh: "数据中没有表 `{table}`，strat.toml 将它列为可选：按空表处理",
    },
    help: None,
    label: DECLARED,
};

/// A check left out because the table is long.
pub static CHECK_LEFT_OUT: ProblemKind = ProblemKind {
    slug: "check-left-out",
    severity: Severity::Info,
    title: Text {
        en: "`{table}` has {rows} rows: repeated keys and dangling references were not looked for",
        zh: "`{table}` 有 {rows} 行：未检查重复主键和失效引用",
    },
    help: Some(Text { en: "run with --check-all to look for them", zh: "如需检查请加 --check-all" }),
    label: NO_LABEL,
};

/// A file whose content cannot be read.
pub static UNREADABLE_DATA: ProblemKind = ProblemKind {
    slug: "unreadable-data",
    severity: Severity::Error,
    title: Text { en: "{file} cannot be read: {reason}", zh: "{file} 无法读取：{reason}" },
    help: Some(Text { en: "the file may be cut off or damaged; write it again", zh: "文件可能被截断或损坏，请重新生成" }),
    label: NO_LABEL,
};

/// One thing wrong with the data.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DataProblem {
    pub kind: &'static ProblemKind,
    /// The table's name in the schema.
    pub table: String,
    pub column: Option<String>,
    /// Place of the declaration.
    pub span: Span,
    /// Rows concerned.
    pub rows: u64,
    /// First row concerned, from 1, the header not counted.
    pub first: Option<u64>,
    problem: Box<Problem>,
}

impl DataProblem {
    /// A problem of a whole table.
    #[must_use]
    pub fn of_table(kind: &'static ProblemKind, table: &Table) -> Self {
        let problem = Box::new(Problem::new(kind, table.span).with("table", &table.name));
        DataProblem { kind, table: table.name.clone(), column: None, span: table.span, rows: 0, first: None, problem }
    }

    /// A problem of one column.
    #[must_use]
    pub fn of_column(kind: &'static ProblemKind, table: &Table, column: &Column) -> Self {
        let mut out = Self::of_table(kind, table).with("column", shown(column));
        out.span = column.span;
        out.problem.span = column.span;
        out.column = Some(column.name.clone());
        out
    }

    /// Sets a `{name}` of the wording.
    #[must_use]
    pub fn with(mut self, name: &'static str, value: impl ToString) -> Self {
        self.problem.arguments.insert(name, value.to_string());
        self
    }

    /// How many rows, and the first of them (from 1).
    #[must_use]
    pub fn counted(mut self, rows: u64, first: Option<u64>) -> Self {
        self.rows = rows;
        self.first = first;
        let place = first.map_or_else(|| String::from("?"), |first| first.to_string());
        self.with("rows", rows).with("first", place)
    }

    #[must_use]
    pub fn is_error(&self) -> bool {
        self.problem.is_error()
    }

    /// The same as any other problem, for the renderers.
    #[must_use]
    pub fn problem(&self) -> &Problem {
        &self.problem
    }

    /// One line: `error[wrong-type]: …`.
    #[must_use]
    pub fn line(&self, language: Language) -> String {
        let word = match (self.kind.severity, language) {
            (Severity::Error, Language::English) => "error",
            (Severity::Error, Language::Chinese) => "错误",
            (Severity::Warning, Language::English) => "warning",
            (Severity::Warning, Language::Chinese) => "警告",
            (Severity::Info, Language::English) => "note",
            (Severity::Info, Language::Chinese) => "提示",
        };
        format!("{word}[{}]: {}", self.kind.slug, self.problem.title(language))
    }
}

/// A column as its author knows it: `status 客户状态`.
fn shown(column: &Column) -> String {
    match &column.label {
        Some(label) => format!("{} {label}", column.name),
        None => column.name.clone(),
    }
}

/// A value that may be shown: wholly hidden when personal, else its first two characters.
#[must_use]
pub fn masked(value: &str, pii: bool) -> String {
    if pii {
        return String::from("***");
    }
    let mut kept: String = value.chars().take(2).collect();
    if value.chars().nth(2).is_some() {
        kept.push('…');
    }
    format!("\"{kept}\"")
}

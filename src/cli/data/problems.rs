//! What can be wrong with the files of a data folder.

use strat::diag::{ProblemKind, Severity, Text};

const DECLARED: Text = Text { en: "declared here", zh: "在这里声明" };

pub static AMBIGUOUS_TABLE: ProblemKind = ProblemKind {
    slug: "ambiguous-table",
    severity: Severity::Error,
    title: Text { en: "the data has the table `{table}` more than once: {found}", zh: "数据中表 `{table}` 出现多次：{found}" },
    help: Some(Text {
        en: "keep one form of it: a file, or a folder with parts of one kind",
        zh: "只保留一种形式：一个文件，或一个分片格式一致的文件夹",
    }),
    label: DECLARED,
};

pub static BAD_ENCODING: ProblemKind = ProblemKind {
    slug: "bad-encoding",
    severity: Severity::Error,
    title: Text {
        en: "{file} is neither UTF-8 nor GB18030: byte {at} fits neither",
        zh: "{file} 既不是 UTF-8 也不是 GB18030：第 {at} 个字节无法识别",
    },
    help: Some(Text {
        en: "save it as UTF-8 or GB18030; the file may also be damaged", zh: "请另存为 UTF-8 或 GB18030；文件也可能已损坏"
    }),
    label: DECLARED,
};

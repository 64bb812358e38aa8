//! What can go wrong around a program: files, flags, folders. Problems inside a program are declared where they are found.

use strat::diag::{ProblemKind, Severity, Text};

const NO_LABEL: Text = Text { en: "", zh: "" };

pub static BAD_COMMAND_LINE: ProblemKind = ProblemKind {
    slug: "bad-command-line",
    severity: Severity::Error,
    title: Text { en: "{what}", zh: "{what}" },
    help: Some(Text { en: "{advice}", zh: "{advice}" }),
    label: NO_LABEL,
};

pub static UNREADABLE_FILE: ProblemKind = ProblemKind {
    slug: "unreadable-file",
    severity: Severity::Error,
    title: Text { en: "cannot read {path}: {reason}", zh: "无法读取 {path}：{reason}" },
    help: Some(Text { en: "check the path and that you may read it", zh: "请检查路径和读取权限" }),
    label: NO_LABEL,
};

pub static NO_PROGRAMS: ProblemKind = ProblemKind {
    slug: "no-programs-found",
    severity: Severity::Error,
    title: Text { en: "there is no .strat file in {path}", zh: "{path} 中没有 .strat 文件" },
    help: Some(Text {
        en: "name a file or a folder that holds .strat files", zh: "请给出 .strat 文件，或含有 .strat 文件的文件夹"
    }),
    label: NO_LABEL,
};

pub static NOT_UTF8: ProblemKind = ProblemKind {
    slug: "not-utf8",
    severity: Severity::Error,
    title: Text { en: "the file is not UTF-8 text{guess}", zh: "文件不是 UTF-8 编码{guess}" },
    help: Some(Text { en: "save it as UTF-8, for example with: {command}", zh: "请另存为 UTF-8，例如：{command}" }),
    label: Text { en: "readable up to here", zh: "到这里为止可以识别" },
};

pub static CANNOT_WRITE: ProblemKind = ProblemKind {
    slug: "cannot-write",
    severity: Severity::Error,
    title: Text { en: "cannot write {path}: {reason}", zh: "无法写入 {path}：{reason}" },
    help: Some(Text {
        en: "check that the folder exists, that you may write there and that the disk is not full",
        zh: "请检查文件夹是否存在、是否可写、磁盘是否已满",
    }),
    label: NO_LABEL,
};

pub static OUTPUT_NOT_OURS: ProblemKind = ProblemKind {
    slug: "output-not-ours",
    severity: Severity::Error,
    title: Text { en: "{path} was not written by strat, so it is not replaced", zh: "{path} 不是 strat 写出的，不会被替换" },
    help: Some(Text {
        en: "choose a folder that does not exist yet, or move this one away", zh: "请换一个尚不存在的文件夹，或先移走它"
    }),
    label: NO_LABEL,
};

#[cfg(feature = "engine")]
pub static NOT_APPROVED: ProblemKind = ProblemKind {
    slug: "program-not-approved",
    severity: Severity::Error,
    title: Text {
        en: "{program} is not approved: {path} has no line for its hash {hash}",
        zh: "{program} 未经审批：{path} 中没有它的哈希 {hash}",
    },
    help: Some(Text {
        en: "after review, add a line with the hash and who approved: {hash} 风险管理部; any change to the program changes its hash",
        zh: "评审通过后加一行，写哈希和审批人：{hash} 风险管理部；程序有任何改动，哈希都会变",
    }),
    label: NO_LABEL,
};

#[cfg(feature = "engine")]
pub static APPROVED_BY_OWNER: ProblemKind = ProblemKind {
    slug: "approved-by-owner",
    severity: Severity::Error,
    title: Text {
        en: "{name} approved the program and owns its strategy `{strategy}`",
        zh: "{name} 审批了这个程序，又是其策略 `{strategy}` 的负责人",
    },
    help: Some(Text { en: "another person or department must approve", zh: "请由另一人或另一部门审批" }),
    label: NO_LABEL,
};

pub static LEDGER_DAMAGED: ProblemKind = ProblemKind {
    slug: "ledger-damaged",
    severity: Severity::Error,
    title: Text {
        en: "the ledger in {path} is not as strat wrote it: {what}", zh: "{path} 中的台账与 strat 写入时不一致：{what}"
    },
    help: Some(Text {
        en: "restore it from a backup; a ledger decides who is contacted again, so it is never repaired by guessing",
        zh: "请从备份恢复；台账决定谁会被再次触达，不能靠猜测修复",
    }),
    label: NO_LABEL,
};

pub static LEDGER_CONFLICT: ProblemKind = ProblemKind {
    slug: "ledger-conflict",
    severity: Severity::Error,
    title: Text { en: "the run {run} is already in the ledger with another result", zh: "运行 {run} 已在台账中，但结果不同" },
    help: Some(Text {
        en: "a program decides a moment once, and the data has changed since; run the next day, or try it with another ledger folder",
        zh: "同一程序对同一时点只决策一次，而数据已有变化；请运行下一日，试运行请换一个台账文件夹",
    }),
    label: NO_LABEL,
};

pub static NO_PROJECT: ProblemKind = ProblemKind {
    slug: "no-project",
    severity: Severity::Error,
    title: Text { en: "{path} has no strat.toml", zh: "{path} 中没有 strat.toml" },
    help: Some(Text {
        en: "name the project folder, or write a strat.toml with at least: entry = \"main.strat\"",
        zh: "请给出项目文件夹，或写一个 strat.toml，至少包含：entry = \"main.strat\"",
    }),
    label: NO_LABEL,
};

pub static BAD_PROJECT_FILE: ProblemKind = ProblemKind {
    slug: "bad-project-file",
    severity: Severity::Error,
    title: Text { en: "strat.toml cannot be understood: {what}", zh: "strat.toml 无法理解：{what}" },
    help: None,
    label: Text { en: "here", zh: "这里" },
};

pub static UNKNOWN_SETTING: ProblemKind = ProblemKind {
    slug: "unknown-setting",
    severity: Severity::Error,
    title: Text { en: "there is no setting `{name}`", zh: "没有名为 `{name}` 的设置" },
    help: Some(Text { en: "{advice}", zh: "{advice}" }),
    label: Text { en: "not a setting", zh: "不是设置项" },
};

pub static BAD_SETTING: ProblemKind = ProblemKind {
    slug: "bad-setting",
    severity: Severity::Error,
    title: Text { en: "`{name}` cannot be {value}", zh: "`{name}` 不能是 {value}" },
    help: Some(Text { en: "{advice}", zh: "{advice}" }),
    label: Text { en: "this value", zh: "这个取值" },
};

pub static MISSING_SETTING: ProblemKind = ProblemKind {
    slug: "missing-setting",
    severity: Severity::Error,
    title: Text { en: "the setting `{name}` is missing", zh: "缺少设置 `{name}`" },
    help: Some(Text { en: "{advice}", zh: "{advice}" }),
    label: NO_LABEL,
};

pub static UNKNOWN_PROBLEM: ProblemKind = ProblemKind {
    slug: "unknown-problem-name",
    severity: Severity::Error,
    title: Text { en: "no problem is called `{name}`", zh: "没有名为 `{name}` 的问题" },
    help: Some(Text { en: "{advice}", zh: "{advice}" }),
    label: NO_LABEL,
};

#[cfg_attr(feature = "engine", allow(dead_code, reason = "a full build does everything"))]
pub static NOT_IN_THIS_BUILD: ProblemKind = ProblemKind {
    slug: "not-in-this-build",
    severity: Severity::Error,
    title: Text { en: "this strat cannot do `{what}`", zh: "这个 strat 不支持 `{what}`" },
    help: Some(Text {
        en: "it was built without the part that reads data; use the full strat",
        zh: "构建时没有包含读取数据的部分，请使用完整版 strat",
    }),
    label: NO_LABEL,
};

#[cfg_attr(
    any(feature = "onnx", not(feature = "engine")),
    allow(dead_code, reason = "only a build that reads data and runs no model refuses one")
)]
pub static MODEL_NEEDS_ANOTHER_BUILD: ProblemKind = ProblemKind {
    slug: "model-needs-another-build",
    severity: Severity::Error,
    title: Text { en: "this strat cannot run model `{name}` from {path}", zh: "这个 strat 不能运行 {path} 中的模型 `{name}`" },
    help: Some(Text {
        en: "build it with: cargo build --release --features onnx; or import the scores as the table model_scores",
        zh: "请用 cargo build --release --features onnx 构建，或以 model_scores 表导入模型分",
    }),
    label: Text { en: "run from a file", zh: "从文件运行" },
};

#[cfg_attr(not(all(feature = "onnx", feature = "engine")), allow(dead_code, reason = "only runs over data open the file of a model"))]
pub static MODEL_FILE_UNUSABLE: ProblemKind = ProblemKind {
    slug: "model-file-unusable",
    severity: Severity::Error,
    title: Text { en: "model `{name}` cannot be run from {path}: {reason}", zh: "无法从 {path} 运行模型 `{name}`：{reason_zh}" },
    help: Some(Text {
        en: "export the network with one row per customer, its inputs as numbers in the order of `inputs`, and one score per row",
        zh: "请导出每行一个客户、输入均为数且顺序与 `inputs` 一致、每行给出一个分数的网络",
    }),
    label: Text { en: "this file", zh: "这个文件" },
};

#[cfg_attr(not(all(feature = "onnx", feature = "engine")), allow(dead_code, reason = "only runs over data open the file of a model"))]
pub static MODEL_FILE_CHANGED: ProblemKind = ProblemKind {
    slug: "model-file-changed",
    severity: Severity::Error,
    title: Text { en: "{path} is not the file that `{name}` was compiled with", zh: "{path} 不是编译时 `{name}` 所用的文件" },
    help: Some(Text {
        en: "put the file back, or compile the program again; another model makes another program",
        zh: "请放回原文件，或重新编译程序；换了模型就是另一个程序",
    }),
    label: Text { en: "compiled with another file", zh: "编译时是另一个文件" },
};

pub static INTERNAL_BUG: ProblemKind = ProblemKind {
    slug: "internal-bug",
    severity: Severity::Error,
    title: Text { en: "strat met a situation it was not written for: {what}", zh: "strat 遇到了没有预料到的情况：{what}" },
    help: Some(Text {
        en: "this is a bug in strat, not in your program; please report it with the line above and the output of: strat version",
        zh: "这是 strat 的缺陷，不是您程序的问题；请把上面一行和 strat version 的输出报告给我们",
    }),
    label: NO_LABEL,
};

pub static BAD_ARTIFACT: ProblemKind = ProblemKind {
    slug: "bad-compiled-program",
    severity: Severity::Error,
    title: Text { en: "the compiled program cannot be used: {reason}", zh: "编译结果无法使用：{reason}" },
    help: Some(Text { en: "compile it again with this strat", zh: "请用当前的 strat 重新编译" }),
    label: NO_LABEL,
};

pub static SAMPLE_FAILED: ProblemKind = ProblemKind {
    slug: "sample-failed",
    severity: Severity::Error,
    title: Text { en: "the sample was not written: {reason}", zh: "没有写出样本：{reason}" },
    help: Some(Text {
        en: "name a folder that does not exist yet, and a day such as 2025-07-01",
        zh: "请给出尚不存在的文件夹，日期写成 2025-07-01 的样子",
    }),
    label: NO_LABEL,
};

#[cfg(feature = "engine")]
pub static UNKNOWN_SUBJECT: ProblemKind = ProblemKind {
    slug: "unknown-subject",
    severity: Severity::Error,
    title: Text { en: "`{table}` has no row with the key `{key}`", zh: "`{table}` 中没有主键为 `{key}` 的行" },
    help: Some(Text {
        en: "write the key as it stands in the data, leading zeros included", zh: "请按数据中的写法填写，包括前导零"
    }),
    label: NO_LABEL,
};

#[cfg(feature = "engine")]
pub static UNKNOWN_GROUP: ProblemKind = ProblemKind {
    slug: "unknown-group",
    severity: Severity::Error,
    title: Text {
        en: "the subject has no column or feature `{name}` to count by", zh: "主体没有可用于分组的列或特征 `{name}`"
    },
    help: Some(Text {
        en: "name a column, feature or tiers of it, such as `{nearest}`", zh: "请写主体的列、特征或分层，例如 `{nearest}`"
    }),
    label: NO_LABEL,
};

#[cfg(feature = "engine")]
pub static UNKNOWN_STRATEGY: ProblemKind = ProblemKind {
    slug: "unknown-strategy",
    severity: Severity::Error,
    title: Text { en: "the program has no strategy `{name}`", zh: "程序里没有策略 `{name}`" },
    help: Some(Text { en: "its strategies are {known}", zh: "它的策略有 {known}" }),
    label: NO_LABEL,
};

#[cfg(feature = "engine")]
pub static PRIVATE_COLUMN: ProblemKind = ProblemKind {
    slug: "private-column",
    severity: Severity::Error,
    title: Text {
        en: "`{name}` holds personal data, so counts are not split by it", zh: "`{name}` 是个人信息，不能按它分组计数"
    },
    help: Some(Text {
        en: "declare tiers or a partition over it and name those", zh: "请基于它声明分层或划分，再按其名称分组"
    }),
    label: NO_LABEL,
};

pub static UNREADABLE_REPORT: ProblemKind = ProblemKind {
    slug: "unreadable-report",
    severity: Severity::Error,
    title: Text {
        en: "{path} is no judgement that this version of strat can read: {reason}",
        zh: "{path} 不是此版本 strat 能读取的评估结果：{reason}",
    },
    help: Some(Text {
        en: "evaluate again, and name the folder it wrote: --from DIR", zh: "请重新评估，并给出其写出的文件夹：--from DIR"
    }),
    label: NO_LABEL,
};

pub static REPORT_OUT_OF_DATE: ProblemKind = ProblemKind {
    slug: "report-out-of-date",
    severity: Severity::Error,
    title: Text {
        en: "the program has changed since it was judged as of {as_of}: its hash was {judged} and is {hash}",
        zh: "程序在评估（截至 {as_of}）之后改动过：当时哈希为 {judged}，现在是 {hash}",
    },
    help: Some(Text {
        en: "evaluate the program as it is now, and propose from that: strat evaluate",
        zh: "请按现在的程序重新评估，再据此提议：strat evaluate",
    }),
    label: NO_LABEL,
};

pub static NO_TEXT_TO_EDIT: ProblemKind = ProblemKind {
    slug: "no-text-to-edit",
    severity: Severity::Error,
    title: Text {
        en: "{path} is a compiled program, which has no text to edit", zh: "{path} 是编译后的程序，没有可修改的文本"
    },
    help: Some(Text { en: "name the project or the .strat file it was compiled from", zh: "请给出编译前的项目或 .strat 文件" }),
    label: NO_LABEL,
};

pub static PROPOSAL_NOT_APPLIED: ProblemKind = ProblemKind {
    slug: "proposal-not-applied",
    severity: Severity::Warning,
    title: Text { en: "`{trial}`: no edit for `{what}`: {reason}", zh: "`{trial}`：`{what}` 没有写成修改：{reason}" },
    help: Some(Text {
        en: "the reasons of the proposal are in the report; decide and edit by hand",
        zh: "提议的理由见评估报告；请自行决定并修改",
    }),
    label: NO_LABEL,
};

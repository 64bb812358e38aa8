//! What can go wrong with a run as a whole.

use strat::diag::{ProblemKind, Severity, Text};

const NO_LABEL: Text = Text { en: "", zh: "" };

pub static RUN_FAILED: ProblemKind = ProblemKind {
    slug: "run-failed",
    severity: Severity::Error,
    title: Text { en: "the run stopped: {reason}", zh: "运行中止：{reason}" },
    help: Some(Text { en: "nothing was written; the previous outputs and the ledger are as they were", zh: "没有写入任何内容；之前的输出和台账保持不变" }),
    label: NO_LABEL,
};

pub static COUNTS_DO_NOT_TIE: ProblemKind = ProblemKind {
    slug: "counts-do-not-tie",
    severity: Severity::Error,
    title: Text {
        en: "strategy `{strategy}` considered {candidates} subjects but {found} of them are in its lists",
        zh: "策略 `{strategy}` 考虑了 {candidates} 个对象，但清单中只有 {found} 个",
    },
    help: Some(Text {
        en: "every candidate must have an action, an exclusion or an arm; nothing was written; please report this",
        zh: "每个候选对象都应有动作、排除原因或分组；没有写入任何内容，请报告此问题",
    }),
    label: NO_LABEL,
};

pub static OUT_OF_ORDER: ProblemKind = ProblemKind {
    slug: "out-of-order",
    severity: Severity::Error,
    title: Text {
        en: "the ledger holds a run as of {other}, which a run as of {as_of} would not see",
        zh: "台账中已有截至 {other} 的运行，截至 {as_of} 的运行看不到它的结果",
    },
    help: Some(Text {
        en: "caps and places count what came before, so days are run in order and each once; run a later day, use another ledger for trials, and put programs of one instant into one folder: strat run FOLDER",
        zh: "频次和名额都按之前的结果计算，所以各日须依次运行且只决策一次；请运行之后的日期，试运行请换一个台账，同一时点的多个程序请放入同一文件夹：strat run 文件夹",
    }),
    label: NO_LABEL,
};

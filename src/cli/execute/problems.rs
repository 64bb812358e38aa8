//! What can go wrong with a run as a whole.

use strat::diag::{ProblemKind, Severity, Text};

const NO_LABEL: Text = Text { en: "", zh: "" };

pub static RUN_FAILED: ProblemKind = ProblemKind {
    slug: "run-failed",
    severity: Severity::Error,
    title: Text { en: "the run stopped: {reason}", zh: "运行中止：{reason}" },
    help: Some(Text {
        en: "nothing was written; the previous outputs and the ledger are as they were",
        zh: "没有写入任何内容；之前的输出和台账保持不变",
    }),
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

pub static PLAN_CHANGED: ProblemKind = ProblemKind {
    slug: "plan-changed",
    severity: Severity::Info,
    title: Text {
        en: "the plan of `{strategy}` changed while {people} people are in it; they go on by the new one: {plan}",
        zh: "策略 `{strategy}` 的计划已变更，仍有 {people} 人在途；他们按新计划继续：{plan}",
    },
    help: Some(Text {
        en: "waves they had are not repeated, delays and conditions are those of the new plan",
        zh: "已执行的波次不会重复，间隔和条件按新计划",
    }),
    label: Text { en: "this strategy", zh: "此策略" },
};

pub static PLAN_NEEDS_MAPPING: ProblemKind = ProblemKind {
    slug: "plan-needs-mapping",
    severity: Severity::Error,
    title: Text {
        en: "{people} people are in the plan of `{strategy}`, and waves that some of them have had are gone: {waves}",
        zh: "策略 `{strategy}` 的计划中有 {people} 人在途，而其中一些人已走过的波次不见了：{waves}",
    },
    help: Some(Text {
        en: "say which wave it is now: wave NEW was {first}; or keep the wave until nobody is in flight",
        zh: "请写明它现在是哪个波次：wave 新名 was {first}；或保留该波次直到无人在途",
    }),
    label: Text { en: "this strategy", zh: "此策略" },
};

pub static PLAN_REFUSED: ProblemKind = ProblemKind {
    slug: "plan-refused",
    severity: Severity::Error,
    title: Text {
        en: "{people} people are in the plan of `{strategy}` and cannot follow its change: {why}",
        zh: "策略 `{strategy}` 的计划中有 {people} 人在途，无法按变更继续：{why}",
    },
    help: Some(Text {
        en: "give the changed strategy another name for those who enter from now on, and let the old one end with: runs A .. B",
        zh: "请给变更后的策略另取名称，供今后进入的人使用；原策略用 runs A .. B 结束进入，直到无人在途",
    }),
    label: Text { en: "this strategy", zh: "此策略" },
};

pub static NOTHING_TO_JUDGE: ProblemKind = ProblemKind {
    slug: "nothing-to-judge",
    severity: Severity::Error,
    title: Text { en: "program `{program}` has nothing to judge", zh: "程序 `{program}` 没有可评估的内容" },
    help: Some(Text {
        en: "give a strategy a goal: goal NAME = rate(…, within 30 days) target +3pp vs control; or describe an experiment that ran elsewhere: experiment NAME { arm COLUMN … }",
        zh: "请为策略写目标：goal 名 = rate(…, within 30 days) target +3pp vs control；或描述在别处做的实验：experiment 名 { arm 列 … }",
    }),
    label: NO_LABEL,
};

pub static REPORT_NOT_WRITTEN: ProblemKind = ProblemKind {
    slug: "report-not-written",
    severity: Severity::Error,
    title: Text { en: "the workbook of the report could not be written: {reason}", zh: "无法写出报告的工作簿：{reason}" },
    help: Some(Text { en: "choose other forms: --forms html,md,json", zh: "请选择其他形式：--forms html,md,json" }),
    label: NO_LABEL,
};

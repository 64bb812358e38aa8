//! The thirteen sections and their order.

/// One of the thirteen sections: its number, its names, and the line that stands for it where there is nothing.
pub struct Head {
    pub number: u8,
    pub en: &'static str,
    pub zh: &'static str,
    pub nothing: (&'static str, &'static str),
}

const fn head(number: u8, en: &'static str, zh: &'static str, nothing: (&'static str, &'static str)) -> Head {
    Head { number, en, zh, nothing }
}

pub const HEADS: [Head; 13] = [
    head(1, "Verdict", "结论", ("No verdict.", "没有结论。")),
    head(2, "Can we trust it?", "结果可信吗？", ("No check was run.", "未做检查。")),
    head(3, "Goals", "目标", ("No goal is registered.", "未登记目标。")),
    head(4, "Arms", "分组", ("No arm has units.", "各组没有客户。")),
    head(5, "Money", "收支", ("No cost and no worth of a success are declared.", "未登记成本与单次成功价值。")),
    head(6, "Over time", "随时间变化", ("Nobody has completed a window yet.", "尚无客户完成观察期。")),
    head(7, "Segments", "客群", ("No cut is registered.", "未登记分群。")),
    head(8, "Funnel and contact", "漏斗与触达", ("No contact is on record.", "没有触达记录。")),
    head(
        9,
        "Retention and value",
        "留存与价值",
        ("No goal measures a duration and no metric asks for lifetime value.", "没有目标衡量时长，也没有指标计算客户终身价值。"),
    ),
    head(10, "Attribution", "归因", ("No metric asks for a split of credit.", "没有指标要求归因。")),
    head(11, "Programme", "全局", ("No metric of the programme and no ladder with a history.", "没有全局指标，也没有带历史的分层。")),
    head(12, "What we propose", "建议", ("Nothing to change.", "无需修改。")),
    head(13, "Appendix", "附录", ("Nothing to add.", "没有补充。")),
];

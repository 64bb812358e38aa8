//! Params for some subjects only.

super::problems! {
    OVERLAY_CONFLICT: Error, slug: "overlays-overlap",
        title: ["overlays `{first}` and `{second}` both hold for {example}", "`{first}` 与 `{second}` 两个 overlay 同时适用于 {example}"],
        help: ["make them exclusive: a subject has one value of a param", "请让两者互斥：一个对象的参数只能有一个值"],
        label: ["holds for the same subject", "适用于同一对象"];
    OVERLAY_TWICE: Error, slug: "param-set-twice",
        title: ["param `{name}` is set twice by overlays that hold for everybody", "参数 `{name}` 被两处对所有人生效的 overlay 设置"],
        help: ["keep one of them, or say for whom with `when`", "只保留一处，或用 `when` 说明对谁生效"],
        label: ["set again", "再次设置"];
    OVERLAY_LOCKED: Error, slug: "locked-param",
        title: ["policy `{policy}` is locked and uses param `{name}`", "锁定的政策 `{policy}` 用到了参数 `{name}`"],
        help: ["leave the param alone; what is locked is the same for everybody", "请不要改这个参数：锁定的内容对所有人相同"],
        label: ["changes a locked policy", "会改变锁定的政策"];
    OVERLAY_WHOLE: Error, slug: "param-differs-by-subject",
        title: ["`{name}` differs by subject through overlay `{overlay}`, and here one value must hold for all", "overlay `{overlay}` 让 `{name}` 因对象而异，而这里要求对所有对象相同"],
        help: ["drop `when` from the overlay, or compare with the param in a rule of one subject of `{table}`", "请去掉 overlay 的 `when`，或在针对 `{table}` 单个对象的规则里使用这个参数"],
        label: ["one value for all", "须对所有对象相同"];
    ORDER_TABLE: Error, slug: "order-of-other-table",
        title: ["overlay `{overlay}` orders the classes for rows of `{table}`, and strategy `{strategy}` is about `{other}`", "overlay `{overlay}` 为 `{table}` 的对象规定类别次序，而策略 `{strategy}` 针对 `{other}`"],
        help: ["write the overlay for the people whom all strategies reach: actions are put in order person by person", "请针对所有策略所触达的客户写这个 overlay：行动是按人排序的"],
        label: ["not about whom the strategy reaches", "与策略触达的对象不同"];
}

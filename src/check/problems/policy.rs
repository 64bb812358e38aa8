//! Rules of policies, and what strategies share: hours, control groups, budgets, layers.

super::problems! {
    HOURS_EMPTY: Error, slug: "hours-empty",
        title: ["`{range}` leaves no time at all", "`{range}` 中没有任何时间"],
        help: ["write two times of a day, such as `09:00 .. 20:00`; `21:00 .. 06:00` runs past midnight", "请写一天中的两个时刻，如 `09:00 .. 20:00`；`21:00 .. 06:00` 表示跨过午夜"],
        label: ["when?", "什么时间？"];
    QUIET_EMPTY: Error, slug: "quiet-days-empty",
        title: ["`quiet {range}` names no day", "`quiet {range}` 中没有任何一天"],
        help: ["write the first and the last quiet day, such as `2026-02-16 .. 2026-02-22`; both belong to it", "请写首个和最后一个静默日，如 `2026-02-16 .. 2026-02-22`；两端都包括在内"],
        label: ["which days?", "哪几天？"];
    LIMIT_LAYER: Error, slug: "cap-before-assignment",
        title: ["`at most` counts what goes out, and the layer {layer} asks before anything does", "`at most` 计算将要发出的触达，而 {layer} 层在此之前就要判断"],
        help: ["move it to the layer contact, or write `exclude NAME when count(contacts, …) >= N`", "请移到 contact 层，或写成 `exclude 名称 when count(contacts, …) >= N`"],
        label: ["too early to count", "此时还无法计数"];
    FALLBACK_PLACE: Error, slug: "fallback-without-place",
        title: ["this stands in for an action that has no place of `{offer}`", "它所替代的行动没有占用 `{offer}` 的名额"],
        help: ["places are given before capacities are asked: give the same offer `else on capacity` or `else on budget`, or one without a quota", "名额在判断产能之前分配：请在 `else on capacity` 或 `else on budget` 中给出同一权益，或改用没有名额的权益"],
        label: ["no place is left for it", "没有名额给它"];
    LAYER_TABLES: Error, slug: "layer-of-two-tables",
        title: ["this experiment and `{other}` of layer `{layer}` are about different tables", "本实验与实验层 `{layer}` 中的 `{other}` 针对不同的表"],
        help: ["experiments exclude each other subject by subject: give those of another table a layer of their own", "实验按主体互斥：请为另一张表的实验另设一层"],
        label: ["not the same subjects", "主体不同"];
    ORDER_LOCKED: Error, slug: "locked-order",
        title: ["policy `{policy}` is locked, and it says which class goes first", "政策 `{policy}` 已锁定，且由它规定类别次序"],
        help: ["change the order in the policy, or remove `locked`", "请在政策中修改次序，或去掉 `locked`"],
        label: ["not for an overlay", "不能由 overlay 修改"];
    GROUP_KEY: Error, slug: "group-without-text-key",
        title: ["contacts are counted per `{path}`, and the key of `{table}` is no text", "触达按 `{path}` 计数，而 `{table}` 的主键不是文本"],
        help: ["declare the key of `{table}` as `text`: ledgers keep keys as text", "请把 `{table}` 的主键声明为 `text`：台账以文本保存主键"],
        label: ["not found in the ledger", "无法在台账中找到"];
}

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
    GROUP_KEY: Error, slug: "group-without-text-key",
        title: ["contacts are counted per `{path}`, and the key of `{table}` is no text", "触达按 `{path}` 计数，而 `{table}` 的主键不是文本"],
        help: ["declare the key of `{table}` as `text`: ledgers keep keys as text", "请把 `{table}` 的主键声明为 `text`：台账以文本保存主键"],
        label: ["not found in the ledger", "无法在台账中找到"];
}

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
}

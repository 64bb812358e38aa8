//! Strategies, plans, policies and tests.

super::problems! {
    AGAIN_MISSING: Error, slug: "again-missing",
        title: ["`{trigger}` does not say when it may fire again", "`{trigger}` 没有说明多久之后可以再次触发"],
        help: ["add `again after 14 days`, `again always` or `again never`", "请加 `again after 14 days`、`again always` 或 `again never`"],
        label: ["no cool-off", "没有冷却期"];
    NO_TRIGGER: Error, slug: "trigger-missing",
        title: ["strategy `{strategy}` has no `on`, so it never starts", "策略 `{strategy}` 没有 `on`，永远不会开始"],
        help: ["say when: `on while SEGMENT again after 90 days`", "请说明何时开始：`on while 客群 again after 90 days`"],
        label: ["never starts", "永远不会开始"];
    NO_PLAN: Error, slug: "plan-missing",
        title: ["strategy `{strategy}` has no plan, so it does nothing", "策略 `{strategy}` 没有 `plan`，什么也不做"],
        help: ["add `plan { send … using … }`", "请加 `plan { send … using … }`"],
        label: ["does nothing", "什么也不做"];
    BRANCH_MISSING: Error, slug: "branch-missing",
        title: ["`by {label}` has no branch for {missing}", "`by {label}` 缺少 {missing} 的分支"],
        help: ["add it, if only `{missing} -> none because REASON`, or `otherwise -> …`", "请补上，哪怕是 `{missing} -> none because 理由`，或 `otherwise -> …`"],
        label: ["not every label has a branch", "并非每个标签都有分支"];
    BY_NOT_LABEL: Error, slug: "by-not-a-label",
        title: ["`by` needs tiers, a partition or `arm`, and `{name}` is {found}", "`by` 需要分层、分组或 `arm`，而 `{name}` 是 {found}"],
        help: ["use the name of tiers or of a partition", "请用分层或分组的名称"],
        label: ["not a label", "不是标签"];
    NO_REASON: Error, slug: "none-without-reason",
        title: ["doing nothing needs a reason", "什么也不做要写明理由"],
        help: ["write `none because REASON`; the reason goes to the exclusions", "请写 `none because 理由`；理由会写进排除清单"],
        label: ["why none?", "为什么不做？"];
    FOUR_EYES: Error, slug: "owner-approves",
        title: ["`{name}` both owns and approves `{strategy}`", "`{name}` 既是 `{strategy}` 的负责人又是审批人"],
        help: ["another person or department must approve", "请由另一人或另一部门审批"],
        label: ["the same as the owner", "与负责人相同"];
    RESERVED_REASON: Error, slug: "reserved-reason",
        title: ["`{name}` is a reason that runs give by themselves", "`{name}` 是系统自带的理由"],
        help: ["choose another name for this rule", "请给这条规则换个名称"],
        label: ["built-in reason", "系统理由"];
    CONTACT_WITHOUT_CONSENT: Warning, slug: "contact-without-consent",
        title: ["strategy `{strategy}` contacts people and no rule asks for their consent", "策略 `{strategy}` 会触达客户，但没有规则检查授权"],
        help: ["use std.eligibility, whose rule binds every strategy, or write a policy with a `consent` layer", "请 `use std.eligibility`（其授权规则约束所有策略），或写一个含 `consent` 层的 policy"],
        label: ["contacts without consent", "未检查授权"];
    EXIT_WITHOUT_WAVES: Warning, slug: "exit-without-waves",
        title: ["exit `{name}` ends a journey, and this plan has only one step", "出口 `{name}` 用于结束旅程，而这个计划只有一步"],
        help: ["add waves, or remove the exit", "请加波次，或去掉出口"],
        label: ["nothing to leave", "没有可退出的旅程"];
    RECIPIENT: Error, slug: "recipient-missing",
        title: ["strategy `{strategy}` is about `{table}`, and no customer is found to contact", "策略 `{strategy}` 是关于 `{table}` 的，找不到要触达的客户"],
        help: ["say who: `recipient PATH`", "请说明触达谁：`recipient 路径`"],
        label: ["contact whom?", "触达谁？"];
    TEST_TIME: Error, slug: "test-without-time",
        title: ["the test does not say as of when", "测试没有说明截至何时"],
        help: ["add `as of 2026-11-20`", "请加 `as of 2026-11-20`"],
        label: ["as of when?", "截至何时？"];
    TEST_ROW: Error, slug: "test-row-length",
        title: ["this row has {found} values for {expected} columns", "这一行有 {found} 个值，而有 {expected} 列"],
        help: ["one value per column, `missing` where there is none", "每列一个值，没有的写 `missing`"],
        label: ["{found} values", "{found} 个值"];
    RANKS_DIFFER: Error, slug: "ranks-differ",
        title: ["`{other}` and `{strategy}` share the places of `{offer}` and rank by different things", "`{other}` 与 `{strategy}` 共用 `{offer}` 的名额，排序依据却不同"],
        help: ["give both the same `rank by`, or each its own offer", "请让两者的 `rank by` 一致，或各用一个权益"],
        label: ["who comes first?", "谁在前？"];
    OFFER_OF_TWO_TABLES: Error, slug: "offer-of-two-tables",
        title: ["the places of `{offer}` are for `{table}`, and this strategy is about `{other}`", "`{offer}` 的名额是给 `{table}` 的，而这个策略是关于 `{other}` 的"],
        help: ["declare an offer of its own for `{other}`", "请为 `{other}` 另设一个权益"],
        label: ["another kind of subject", "另一种主体"];
    ORDERS_DIFFER: Error, slug: "orders-differ",
        title: ["two policies order the classes differently: `{other}` and `{order}`", "两条政策的类别次序不同：`{other}` 与 `{order}`"],
        help: ["keep one `order`; it holds for all strategies of the program", "请只保留一个 `order`；它对程序中的所有策略有效"],
        label: ["a second order", "第二个次序"];
    OVERFLOW_MISSING: Error, slug: "overflow-missing",
        title: ["the capacity for `{channel}` does not say what happens to those it leaves out", "`{channel}` 的产能没有说明排不上的怎么办"],
        help: ["add `overflow defer` (they wait for a later run) or `overflow drop`", "请加 `overflow defer`（留待以后的运行）或 `overflow drop`"],
        label: ["and the rest?", "其余的呢？"];
    ASSIGNEE_MISSING: Error, slug: "assignee-missing",
        title: ["the capacity for `{channel}` is per person, and this step does not say who does it", "`{channel}` 的产能按人计算，而这一步没有说明由谁来做"],
        help: ["add `to ROLE`", "请加 `to 岗位`"],
        label: ["to whom?", "交给谁？"];
    VALUES_DIFFER: Error, slug: "values-differ",
        title: ["`{strategy}` is worth {type} and `{other}` {other_type}, and both compete for one customer", "`{strategy}` 的价值是 {type}，`{other}` 的价值是 {other_type}，而两者争同一位客户"],
        help: ["give both a `value` of one unit, such as 元, or another `priority`", "请让两者的 `value` 单位一致（例如元），或设不同的 `priority`"],
        label: ["cannot be compared", "无法比较"];
    NOT_JUDGED: Warning, slug: "not-judged-yet",
        title: ["{what} is read and kept, and not judged by this version", "{what} 已读入并保留，本版本尚不评价"],
        help: ["runs are not affected; judging outcomes comes with a later version", "不影响运行；结果评价将在之后的版本提供"],
        label: ["not judged yet", "尚不评价"];
}

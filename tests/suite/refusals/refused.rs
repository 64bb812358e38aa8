//! Programs that must be refused: literal readings of sentences that hide a mistake.

/// A program must be refused for one reason, whose words hold the offending text and the way out.
pub struct Refusal {
    pub scenario: &'static str,
    pub text: &'static str,
    pub slug: &'static str,
    pub line: usize,
    pub english: &'static [&'static str],
    pub chinese: &'static [&'static str],
}

pub const REFUSALS: &[Refusal] = &[
    Refusal {
        scenario: "N01 bands that leave a gap",
        text: "use std.schema
subject customers
feature mood_score = mean(surveys.csat)
partition mood {
  happy \"满意\" when mood_score >= 90%
  fine  \"一般\" when 70% <= mood_score <= 89%
  sad   \"不满\" when mood_score < 70%
  blank \"未知\" when unknown
}
",
        slug: "partition-gap",
        line: 4,
        english: &["`mood` has no row for mood_score = 89.5%", "or `otherwise`"],
        chinese: &["`mood` 没有覆盖 mood_score = 89.5%", "或加 `otherwise`"],
    },
    Refusal {
        scenario: "N03 a deposit rate plus 0.5%",
        text: "use std.schema\nsubject products\n\nfeature uplifted = base_rate + 0.5%\n",
        slug: "percent-on-rate",
        line: 4,
        english: &["`0.5%` is a percentage", "write `50bp`"],
        chinese: &["`0.5%` 是百分比", "请写 `50bp`"],
    },
    Refusal {
        scenario: "N04 only the first hundred, and no quota",
        text: "use std.schema
subject customers
offer rate50 \"加息\" { bp 50bp }
template hurry for sms = \"加息礼遇前100名专享\"
strategy uplift {
  on while status = \"active\" again never
  plan { send sms using hurry offer rate50 }
}
",
        slug: "scarcity-without-quota",
        line: 4,
        english: &["\"前100名\" claims scarcity", "give the offer a `quota`"],
        chinese: &["“前100名”在说稀缺", "请给权益加 `quota`"],
    },
    Refusal {
        scenario: "N05 a credit line for everybody",
        text: "use std.schema\nsubject customers\ntemplate line for sms = \"您有5万额度可用，退订回T\"\n",
        slug: "unsupported-claim",
        line: 3,
        english: &["\"额度\" is a claim", "`claim NAME from EVIDENCE`"],
        chinese: &["“额度”是一项声称", "`claim 名称 from 依据`"],
    },
    Refusal {
        scenario: "N06 better than others, says nobody",
        text: "use std.schema\nsubject customers\ntemplate fund for sms = \"高于同类95%，投资有风险\"\n",
        slug: "unsupported-claim",
        line: 3,
        english: &["\"高于同类\" is a claim", "the day of the evidence"],
        chinese: &["“高于同类”是一项声称", "依据的日期"],
    },
    Refusal {
        scenario: "N08 a school that may be missing",
        text: "use std.schema
subject customers
template guide for app_push = \"您的目标院校{target_school}学费缴纳攻略已备好！\"
strategy study {
  on while age >= 18 again after 14 days
  plan { send app_push using guide }
}
feature age = 20
",
        slug: "nullable-slot",
        line: 3,
        english: &["`target_school` may be missing", "`{target_school|…}`"],
        chinese: &["`target_school` 可能缺失", "`{target_school|…}`"],
    },
    Refusal {
        scenario: "N11 a red light without action",
        text: "use std.schema
subject customers
feature points = count(app_events, last 30 days)
tiers light worst first {
  red    \"红\" when points < 10
  yellow \"黄\" when points < 20
  green  \"绿\" otherwise
}
template hello for sms = \"您好\"
strategy care {
  on while status = \"active\" again never
  plan {
    by light {
      yellow -> send sms using hello
      green  -> none because fine
    }
  }
}
",
        slug: "branch-missing",
        line: 13,
        english: &["`by light` has no branch for red"],
        chinese: &["`by light`", "red"],
    },
    Refusal {
        scenario: "N12 arms of 50 and 40 percent",
        text: "use std.schema
subject customers
template hello for sms = \"您好\"
strategy wake {
  on while status = \"active\" again never
  arms { called 50%  texted 40% }
  plan { send sms using hello }
}
",
        slug: "shares-not-whole",
        line: 6,
        english: &["add up to 90%, not 100%", "give the rest to `control`"],
        chinese: &["合计 90%，不是 100%", "请把剩余部分给 `control`"],
    },
    Refusal {
        scenario: "N17 a churn score of any age",
        text: "use std.schema\nsubject customers\n\nmodel churn version \"v2\" range 0 .. 1\n",
        slug: "staleness-limit-missing",
        line: 4,
        english: &["`churn` does not say how old", "`max age 35 days`"],
        chinese: &["`churn` 没有说明分数最多可以多旧", "`max age 35 days`"],
    },
    Refusal {
        scenario: "N18 a dwell of more than 3",
        text: "use std.schema\nsubject customers\n\nsegment interested = max(app_events.dwell_s) > 3\n",
        slug: "unit-missing",
        line: 4,
        english: &["`3` needs a unit", "`3 seconds` or `3 minutes`"],
        chinese: &["`3` 缺少单位", "`3秒` 或 `3分钟`"],
    },
    Refusal {
        scenario: "N19 an event without cool-off",
        text: "use std.schema
subject customers
template hello for app_push = \"您好\"
strategy greet {
  on app_events where event = \"login\"
  plan { send app_push using hello }
}
",
        slug: "again-missing",
        line: 5,
        english: &["`on app_events where event = \"login\"` does not say", "`again after 14 days`"],
        chinese: &["`on app_events where event = \"login\"` 没有说明", "`again after 14 days`"],
    },
    Refusal {
        scenario: "N20 links without an end",
        text: "use std.schema
subject companies
segment risky = risk_event_ts in last 180 days
feature steps = hops(relations where kind = \"guarantee\", to risky)
",
        slug: "hop-bound-missing",
        line: 4,
        english: &["does not say how far", "`at most 2`"],
        chinese: &["没有说明最多走几步", "`at most 2`"],
    },
    Refusal {
        scenario: "N22 a column nobody has",
        text: "use std.schema\nsubject customers\n\nfeature quiet = days since latest(transactions.最后交易日)\n",
        slug: "unknown-column",
        line: 4,
        english: &["table `transactions` has no column `最后交易日`", "did you mean `交易时间`"],
        chinese: &["表 `transactions` 没有列 `最后交易日`", "您是不是想写 `交易时间`"],
    },
    Refusal {
        scenario: "N23 an overlay beyond the range of its param",
        text: "use std.schema
subject customers
param visit_floor = 5万元 in 1万元 .. 20万元
overlay county \"县域网点\" when county is known { param visit_floor = 50万元 }
segment rich = latest(customer_month.aum) >= visit_floor
",
        slug: "param-outside-range",
        line: 4,
        english: &["param `visit_floor` is 50万元, outside 1万元 .. 20万元"],
        chinese: &["参数 `visit_floor` 为 50万元，超出 1万元 .. 20万元"],
    },
    Refusal {
        scenario: "N24 a generated text that nobody approved",
        text: "use std.schema\nsubject customers\ntemplate care for sms generated \"文案模型\" = \"感谢一路同行。退订回T\"\n",
        slug: "generated-not-approved",
        line: 3,
        english: &["`care` was written by 文案模型", "by somebody else"],
        chinese: &["`care` 由 文案模型 生成", "由他人审批"],
    },
    Refusal {
        scenario: "N25 the author approves",
        text: "use std.schema
subject customers
template care for sms = \"感谢一路同行。退订回T\"
strategy thanks {
  owner \"品牌部\"  approver \"品牌部\"
  on while status = \"active\" again never
  plan { send sms using care }
}
",
        slug: "owner-approves",
        line: 5,
        english: &["`品牌部` both owns and approves `thanks`", "another person or department"],
        chinese: &["`品牌部` 既是 `thanks` 的负责人又是审批人", "请由另一人或另一部门审批"],
    },
    Refusal {
        scenario: "a tag value nobody has",
        text: "use std.schema
subject customers
tag interest predicted : text in [\"基金\", \"理财产品\"]
segment wealthy = interest = \"理财产\"
",
        slug: "unknown-value",
        line: 4,
        english: &["\"理财产\" is not among the values", "\"理财产品\""],
        chinese: &["\"理财产\" 不在这一列的取值里", "\"理财产品\""],
    },
    Refusal {
        scenario: "N02 a goal of plus twelve percent",
        text: "use std.schema
subject customers
feature balance = latest(customer_month.aum_avg)
template care for sms = \"您好。退订回T\"
strategy keep {
  on while status = \"active\" again after 90 days
  arms { treated 80%  control 20% }
  plan { send sms using care }
  goal retention \"留存率\" = retained(balance > 0元) target +12%
}
",
        slug: "goal-incomplete",
        line: 9,
        english: &[
            "goal `retention` leaves open: unit, baseline, window",
            "`+12% rel` (from 50% to 56%) or `+12pp` (from 50% to 62%)",
            "`vs control`",
            "`within 90 days`",
        ],
        chinese: &["目标 `retention` 没有写明：单位、基准、时间窗口", "`+12% rel`（相对：50% 变为 56%）或 `+12pp`（百分点：50% 变为 62%）"],
    },
    Refusal {
        scenario: "N09 a third wave after the journey",
        text: "use std.schema
subject customers
template wake for sms = \"好久不见。退订回T\"
template call for ai_call = \"您好\"
template visit for rm_visit = \"您好\"
strategy wake_up {
  on while status = \"active\" again after 180 days
  plan {
    wave first                 { send sms using wake }
    wave second after 3 days   { send ai_call using call }
    wave third  after 20 days  { send rm_visit using visit }
  }
  exit exhausted \"已走完\" when days since entry >= 14
}
",
        slug: "unreachable-wave",
        line: 11,
        english: &[
            "wave `third` is never reached: it comes 23 days after entry",
            "exit `exhausted`",
            "`days since entry >= 14` holds by then",
        ],
        chinese: &["波次 `third` 永远不会到来：最早在进入之后 23天", "出口 `exhausted`"],
    },
    Refusal {
        scenario: "N13 a relative goal and nobody held back",
        text: "use std.schema
subject customers
feature balance = latest(customer_month.aum_avg)
template care for sms = \"您好。退订回T\"
strategy keep {
  on while status = \"active\" again after 90 days
  plan { send sms using care }
  goal retention \"留存率\" = retained(balance > 0元, within 90 days) target +12% rel vs control
}
",
        slug: "control-missing",
        line: 8,
        english: &["goal `retention` compares with `control`, and `keep` has no control arm", "`vs prior 90 days`"],
        chinese: &["目标 `retention` 要与 `control` 比较，而 `keep` 没有对照组"],
    },
    Refusal {
        scenario: "N15 a product of level 4 for somebody of level 2",
        text: "use std.schema
subject customers
template fund for sms = \"为您推荐一款产品。投资有风险。退订回T\"
policy house always {
  suitability { exclude unsuitable \"适当性\" when risk_level < 2 }
}
strategy sell_fund {
  product \"FUND_R4\"
  on while status = \"active\" and risk_level <= 3 again after 90 days
  plan { send sms using fund }
}
",
        slug: "unsuitable-product",
        line: 8,
        english: &[
            "`sell_fund` can offer product FUND_R4",
            "risk_level = 2, candidate.product.risk_level = 4",
            "on while status = \"active\" and risk_level <= 3 again after 90 days → send sms using fund",
        ],
        chinese: &["risk_level = 2, candidate.product.risk_level = 4", "→ send sms using fund"],
    },
    Refusal {
        scenario: "N16 a visit for the long tail",
        text: "use std.schema
use std.aum_tier
subject customers
template hello for sms = \"您好。退订回T\"
template visit for rm_visit = \"请上门问候\"
strategy care {
  under aum_tier.service_model
  on while status = \"active\" again after 90 days
  plan {
    by aum_tier.tier {
      long_tail -> send rm_visit using visit
      otherwise -> send sms using hello
    }
  }
}
",
        slug: "forbidden-step",
        line: 11,
        english: &["`send rm_visit` never happens here: `no_staff_service` forbids it for tier = long_tail"],
        chinese: &["`send rm_visit` 永远不会执行：`no_staff_service` 对 tier = long_tail 禁止它"],
    },
    Refusal {
        scenario: "N17 a churn score of any age, read from its table",
        text: "use std.schema\nsubject customers\n\nfeature churn = latest(model_scores.score where model = \"churn\")\n",
        slug: "score-of-any-age",
        line: 4,
        english: &["takes a score of any age", "`last 35 days`"],
        chinese: &["不论多旧的分数都会采用", "`max age 35 days`"],
    },
    Refusal {
        scenario: "N21 an alert on any number of answers",
        text: "use std.schema
subject surveys
metric monthly_nps \"月度净推荐值\" = nps(nps, previous month) by branch_id
alert nps_falls \"净推荐值下滑\" when monthly_nps <= previous(monthly_nps) - 10 to owner
",
        slug: "alert-without-minimum",
        line: 4,
        english: &["alert `nps_falls` judges `monthly_nps` on any number of rows", "add `at least 30`"],
        chinese: &["预警 `nps_falls` 不论样本多少都会判断 `monthly_nps`", "`at least 30`"],
    },
    Refusal {
        scenario: "N26 a bare plus two hundred percent",
        text: "use std.schema
subject customers
template care for sms = \"您好。退订回T\"
strategy keep {
  on while status = \"active\" again after 90 days
  arms { treated 80%  control 20% }
  plan { send sms using care }
  goal clv \"客户价值\" = mean(sum(customer_month.revenue, within 24 months)) target +200% vs control
}
",
        slug: "goal-incomplete",
        line: 8,
        english: &["goal `clv` leaves open: unit", "write `×3` (a baseline of 100 becomes 300) or `×2` (it becomes 200)"],
        chinese: &["目标 `clv` 没有写明：单位", "请写 `×3`（基准 100 变为 300）或 `×2`（变为 200）"],
    },
];

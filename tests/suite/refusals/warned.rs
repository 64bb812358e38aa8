//! Programs that must be warned about.

use super::refused::Refusal;

/// What must be warned about: the program stays usable.
pub const WARNINGS: &[Refusal] = &[
    Refusal {
        scenario: "N05 a credit line for those who may have none",
        text: "use std.schema
use std.eligibility
subject customers
segment credit_ready \"已预授信\" = exists(limits where preapproved >= 5万元)
segment silent \"沉默\" = not exists(transactions where initiated_by = \"customer\", last 6 months)
template line for sms claim preapproved from credit_ready = \"您有5万额度可用，退订回T\"
strategy offer_line {
  class sales  purpose \"marketing\"
  on while silent again after 90 days
  plan { send sms using line }
}
",
        slug: "claim-not-implied",
        line: 10,
        english: &[
            "`offer_line` reaches customers without the evidence for claim `preapproved`: credit_ready = false",
            "`on while … and credit_ready`",
        ],
        chinese: &["没有 `preapproved` 依据的客户：credit_ready = false"],
    },
    Refusal {
        scenario: "N07 evidence older than twelve months",
        text: "use std.schema
use std.eligibility
subject customers
template account for sms claim saving from 2024-12-01 = \"节省80%成本，退订回T\"
strategy offer_account {
  class sales  purpose \"marketing\"
  runs 2026-01-01 .. 2026-03-31
  on while status = \"active\" again after 90 days
  plan { send sms using account }
}
",
        slug: "evidence-expired",
        line: 4,
        english: &["the evidence of claim `saving` is of 2024-12-01, more than twelve months before 2026-03-31", "excludes everybody"],
        chinese: &["声称 `saving` 的依据日期是 2024-12-01，比 2026-03-31 早十二个月以上"],
    },
    Refusal {
        scenario: "N26 plus two hundred percent",
        text: "use std.schema
use std.eligibility
subject customers
template care for sms = \"您好。退订回T\"
strategy keep {
  class service  purpose \"marketing\"
  on while status = \"active\" again after 90 days
  arms { treated 80%  control 20% }
  plan { send sms using care }
  goal clv \"客户价值\" = mean(sum(customer_month.revenue, within 24 months)) target +200% rel vs control
}
",
        slug: "write-as-multiple",
        line: 10,
        english: &["`+200% rel` of goal `clv` is read as 3 times the baseline", "write `×3`, or `×2` if 2 times as much was meant"],
        chinese: &["目标 `clv` 的 `+200% rel` 会被理解为基准的 3 倍", "请写 `×3`"],
    },
    Refusal {
        scenario: "N10 red and green overlap",
        text: "use std.schema
subject customers
feature points = count(app_events, last 30 days)
tiers light worst first {
  red    \"红\" when points < 20
  green  \"绿\" when 10 <= points < 40
  yellow \"黄\" otherwise
}
",
        slug: "overlapping-rows",
        line: 6,
        english: &["rows `red` and `green` of `light` both hold for points = 10"],
        chinese: &["`red` 与 `green` 两行同时覆盖 points = 10"],
    },
    Refusal {
        scenario: "N14 one name for two groups of the RFM grid",
        text: "use std.schema
use std.rfm
subject customers
partition quadrant \"四象限\" by rfm.m, rfm.f {
  best \"高价值高活跃\" when >= 4, >= 4
  keep \"重要保持\"     when >= 4, <  4
  grow \"低价值高活跃\" when <  4, >= 4
  low  \"低价值低活跃\" when <  4, <  4
}
segment target = rfm.octant = important_keep or quadrant = keep
",
        slug: "ambiguous-label",
        line: 6,
        english: &["\"重要保持\" means two things here", "rfm.m >= 4, rfm.f < 4", "`rfm.octant.important_keep` (r >= hi, f < hi, m >= hi)"],
        chinese: &["“重要保持”在这里有两个含义", "`rfm.octant.important_keep`"],
    },
];

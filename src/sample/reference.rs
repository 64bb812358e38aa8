//! Tables that belong to no customer: products, offers, branches, staff, channel costs.

use super::places::{CITIES, City};
use super::random::{Draw, Topic};
use super::shape::{TableName, Tables};
use super::table::Value;
use super::{Bank, numbered};

/// How many relationship managers a branch has; they hold its first staff places.
pub(super) const MANAGERS: u64 = 4;

/// A product on the shelf. Rates are fractions; money is yuan.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Product {
    pub(super) id: &'static str,
    pub(super) name: &'static str,
    pub(super) family: &'static str,
    pub(super) risk: Option<i64>,
    pub(super) base_rate: Option<f64>,
    /// Annual yield, its volatility, and the share of peers it beats.
    pub(super) record: Option<(f64, f64, f64)>,
    pub(super) minimum: i64,
    pub(super) margin: i64,
    pub(super) tags: &'static str,
}

const fn deposit(id: &'static str, name: &'static str, rate: f64, minimum: i64, margin: i64, tags: &'static str) -> Product {
    Product { id, name, family: "deposit", risk: Some(1), base_rate: Some(rate), record: None, minimum, margin, tags }
}

const fn invest(
    id: &'static str,
    name: &'static str,
    family: &'static str,
    risk: i64,
    record: (f64, f64, f64),
    margin: i64,
    tags: &'static str,
) -> Product {
    Product { id, name, family, risk: Some(risk), base_rate: None, record: Some(record), minimum: 1_000, margin, tags }
}

const fn credit(id: &'static str, name: &'static str, family: &'static str, rate: f64, margin: i64, tags: &'static str) -> Product {
    Product { id, name, family, risk: None, base_rate: Some(rate), record: None, minimum: 0, margin, tags }
}

/// Time deposits: product, months, rate.
pub(super) const TIME_DEPOSITS: &[((&str, i32, f64), u32)] = &[
    (("P111", 3, 0.0095), 16),
    (("P112", 6, 0.0115), 18),
    (("P113", 12, 0.0125), 34),
    (("P114", 24, 0.0135), 14),
    (("P115", 36, 0.0165), 14),
    (("P116", 36, 0.0185), 4),
];

/// Wealth, fund and insurance products customers hold.
pub(super) const INVESTMENTS: &[(&str, u32)] =
    &[("P201", 34), ("P202", 22), ("P203", 12), ("P301", 14), ("P302", 8), ("P303", 5), ("P401", 5)];

/// The shelf.
pub(super) const PRODUCTS: &[Product] = &[
    deposit("P101", "活期存款", 0.0005, 0, 40, "demand"),
    deposit("P102", "电子钱包账户", 0.0005, 0, 8, "demand|digital"),
    deposit("P111", "三个月定期存款", 0.0095, 50, 60, "time"),
    deposit("P112", "六个月定期存款", 0.0115, 50, 80, "time"),
    deposit("P113", "一年定期存款", 0.0125, 50, 120, "time"),
    deposit("P114", "两年定期存款", 0.0135, 50, 180, "time"),
    deposit("P115", "三年定期存款", 0.0165, 50, 260, "time"),
    deposit("P116", "三年大额存单", 0.0185, 200_000, 900, "time|large"),
    invest("P201", "安心日日盈", "wealth", 1, (0.0192, 0.002, 0.62), 90, "cash|starter"),
    invest("P202", "稳健季季享", "wealth", 2, (0.0274, 0.012, 0.71), 180, "fixed_income"),
    invest("P203", "优选半年持有", "wealth", 3, (0.0342, 0.028, 0.95), 320, "mixed"),
    invest("P301", "货币基金A", "fund", 1, (0.0168, 0.001, 0.55), 40, "cash"),
    invest("P302", "纯债基金", "fund", 2, (0.0311, 0.021, 0.83), 210, "bond"),
    invest("P303", "沪深精选混合", "fund", 4, (0.0715, 0.186, 0.66), 480, "equity"),
    invest("P304", "全球科技股票", "fund", 5, (0.1103, 0.262, 0.78), 650, "equity|overseas"),
    invest("P401", "增额终身寿险", "insurance", 2, (0.025, 0.0, 0.6), 1_500, "life"),
    invest("P402", "少儿教育金", "insurance", 2, (0.0245, 0.0, 0.64), 1_200, "education"),
    credit("P501", "个人住房贷款", "loan", 0.0335, 4_200, "mortgage|secured"),
    credit("P502", "信用消费贷", "loan", 0.0388, 620, "consumer"),
    credit("P503", "装修分期", "loan", 0.042, 1_100, "renovation|instalment"),
    credit("P504", "小微经营贷", "loan", 0.0395, 3_600, "business"),
    credit("P505", "税易贷", "loan", 0.0415, 2_400, "business|tax"),
    credit("P601", "标准信用卡", "card", 0.1825, 260, "card"),
    credit("P602", "白金信用卡", "card", 0.1825, 780, "card|travel"),
    Product {
        id: "P701",
        name: "结售汇",
        family: "fx",
        risk: None,
        base_rate: None,
        record: None,
        minimum: 0,
        margin: 150,
        tags: "cross_border",
    },
    Product {
        id: "P702",
        name: "全球账户",
        family: "account",
        risk: Some(1),
        base_rate: Some(0.0005),
        record: None,
        minimum: 0,
        margin: 520,
        tags: "cross_border|fee_saving",
    },
];

/// Channels with their cost in fen and staff minutes.
pub(super) const CHANNELS: &[(&str, i64, f64)] = &[
    ("sms", 5, 0.0),
    ("app_push", 2, 0.0),
    ("app_inbox", 0, 0.0),
    ("ai_call", 80, 0.0),
    ("rm_call", 4_000, 15.0),
    ("rm_visit", 8_000, 120.0),
    ("wechat", 3, 0.5),
    ("email", 1, 0.0),
    ("counter", 1_500, 8.0),
];

/// What a channel costs once, in fen.
pub(super) fn channel_cost(channel: &str) -> i64 {
    CHANNELS.iter().find(|(name, _, _)| *name == channel).map_or(0, |(_, cost, _)| *cost)
}

/// Id of a branch counted from 0.
pub(super) fn branch_id(branch: u64) -> String {
    numbered("B", &[(branch + 1, 4)])
}

/// Id of the member of staff in a place of a branch.
pub(super) fn staff_id(branch: u64, place: u64) -> String {
    numbered("M", &[(branch + 1, 4), (place + 1, 2)])
}

/// The city a branch stands in.
pub(super) fn branch_city(bank: &Bank, branch: u64) -> City {
    Draw::new(bank.seed, branch, Topic::Branch).weighted(CITIES)
}

/// Fills the reference tables.
pub(super) fn fill(bank: &Bank, tables: &mut Tables) {
    fill_products(bank, tables);
    fill_branches(bank, tables);
    fill_offers(bank, tables);
    for (channel, cost, minutes) in CHANNELS {
        tables.push(TableName::ChannelCosts, &[Value::Text(channel), Value::Integer(*cost), Value::Number(*minutes)]);
    }
}

fn fill_products(bank: &Bank, tables: &mut Tables) {
    for (place, product) in PRODUCTS.iter().enumerate() {
        let mut draw = Draw::new(bank.seed, place as u64, Topic::Staff);
        let evidence = product.record.is_some() || product.family == "account";
        tables.push(
            TableName::Products,
            &[
                Value::Text(product.id),
                Value::Text(product.name),
                Value::Text(product.family),
                Value::integer(product.risk),
                Value::number(product.base_rate),
                Value::number(product.record.map(|(earned, _, _)| earned)),
                Value::number(product.record.map(|(_, volatility, _)| volatility)),
                Value::number(product.record.map(|(_, _, rank)| rank)),
                Value::Integer(product.minimum * 100),
                Value::Integer(product.margin * 100),
                Value::text(evidence.then_some("中国理财网产品登记")),
                Value::date(evidence.then(|| bank.as_of - draw.day(20, 420))),
                Value::Text(product.tags),
            ],
        );
    }
}

fn fill_branches(bank: &Bank, tables: &mut Tables) {
    for branch in 0..bank.branches {
        let mut draw = Draw::new(bank.seed, branch, Topic::Branch);
        let city = draw.weighted(CITIES);
        let county = draw.pick(city.counties);
        let centre = draw.chance(0.2);
        let id = branch_id(branch);
        let name = format!("{}{}{}", city.name, county, if centre { "财富中心" } else { "支行" });
        let name = if branch < CITIES.len() as u64 { name } else { format!("{name}{}", branch + 1) };
        let kind = if centre { "wealth_center" } else { "standard" };
        let row = [&id, name.as_str(), kind, city.name, county, city.region].map(Value::Text);
        tables.push(TableName::Branches, &row);
        let last = if branch % 3 == 0 {
            "linkage_specialist"
        } else if branch % 3 == 1 {
            "legal"
        } else {
            "private_banker"
        };
        let roles = ["rm", "rm", "rm", "rm", "wealth_manager", "service_manager", last];
        for (place, role) in roles.iter().enumerate() {
            fill_staff(bank, tables, branch, place as u64, role);
        }
    }
}

fn fill_staff(bank: &Bank, tables: &mut Tables, branch: u64, place: u64, role: &str) {
    let mut draw = Draw::new(bank.seed, branch * 100 + place, Topic::Staff);
    let away = draw.chance(0.05).then(|| bank.as_of + draw.day(1, 20));
    tables.push(
        TableName::RmRoster,
        &[
            Value::Text(&staff_id(branch, place)),
            Value::Text(&branch_id(branch)),
            Value::Text(role),
            Value::Integer(draw.pick(&[20, 25, 30, 30, 40])),
            Value::Integer(draw.pick(&[10, 15, 20, 20, 25])),
            Value::Integer(draw.pick(&[150, 200, 300, 400])),
            Value::date(away),
        ],
    );
}

fn fill_offers(bank: &Bank, tables: &mut Tables) {
    let offer = |id, kind, [bp, points, amount, cost, quota]: [Option<i64>; 5], product, cap| {
        [
            Value::Text(id),
            Value::Text(kind),
            Value::integer(bp),
            Value::integer(points),
            Value::integer(amount),
            Value::integer(cost),
            Value::integer(quota),
            Value::Date(bank.as_of - 60),
            Value::Date(bank.as_of + 120),
            Value::text(product),
            Value::number(cap),
            Value::Text("权益部"),
        ]
    };
    let fen = |yuan: i64| Some(yuan * 100);
    for row in [
        offer("rate50", "rate_uplift", [Some(50), None, None, fen(125), Some(100)], Some("P113"), Some(0.0215)),
        offer("points999", "points", [None, Some(999), None, Some(999), None], Some("P601"), None),
        offer("fx_bundle", "bundle", [None, None, None, fen(15), None], Some("P701"), None),
        offer("login_voucher", "voucher", [None, None, fen(8), fen(8), Some(5_000)], None, None),
        offer("goal_coupon", "coupon", [Some(15), None, None, fen(20), Some(2_000)], Some("P112"), Some(0.02)),
        offer("airport_lounge", "service", [None, None, None, fen(90), Some(400)], None, None),
        offer("staged_topup", "staged_plan", [None, None, fen(50_000), fen(30), None], Some("P114"), None),
    ] {
        tables.push(TableName::Offers, &row);
    }
}

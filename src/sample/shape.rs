//! The tables a sample holds: names, columns and kinds, in the order of the canonical data model.

use super::table::{Column, Kind, Table, Value};

macro_rules! tables {
    ($($variant:ident $name:ident : $($column:tt $kind:ident),+ ;)+) => {
        /// The tables of a sample, in the order they are written.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
        pub enum TableName { $(#[doc = stringify!($name)] $variant),+ }

        impl TableName {
            /// Every table, in writing order.
            pub const ALL: &'static [TableName] = &[$(TableName::$variant),+];

            /// Name in the canonical data model; also the name of its file.
            #[must_use]
            pub fn name(self) -> &'static str {
                match self { $(TableName::$variant => stringify!($name)),+ }
            }

            /// Columns in the order of the canonical data model.
            #[must_use]
            pub fn columns(self) -> &'static [Column] {
                match self { $(TableName::$variant => &[$(Column { name: stringify!($column), kind: Kind::$kind }),+]),+ }
            }
        }
    };
}

tables! {
    Customers customers: customer_id Text, salutation Text, birth_date Date, gender Code, occupation Code, education Code, income_month Money,
        marital Code, has_child Flag, child_birth_year Integer, origin_city Text, work_city Text, city_since Date, county Text, grid_id Text,
        branch_id Text, rm_id Text, open_date Date, close_date Date, acq_channel Code, status Code, kyc_status Code, risk_level Integer,
        risk_assess_date Date, is_employee Flag, vip_level Code, target_school Text;
    CustomerMonth customer_month: customer_id Text, month Date, aum Money, aum_avg Money, deposit Money, wealth Money, loan_bal Money,
        card_spend Money, products_held Integer, revenue Money, cost_to_serve Money;
    Accounts accounts: account_id Text, customer_id Text, product_id Text, account_class Code, balance Money, rate Rate, open_date Date,
        close_date Date, maturity_date Date, status Code, bill_amount Money, bill_due Date;
    Products products: product_id Text, name Text, family Code, risk_level Integer, base_rate Rate, yield_annual Rate, volatility Rate,
        peer_rank Rate, min_amount Money, margin Money, evidence Text, evidence_date Date, tags List;
    Transactions transactions: txn_id Text, customer_id Text, account_id Text, ts Time, amount Money, type Code, channel Code,
        counterparty_kind Code, counterparty_id Text, initiated_by Code, cross_border Flag, fee Money, mcc Text;
    AppEvents app_events: event_id Text, customer_id Text, ts Time, session_id Text, event Code, page_id Text, page_category Code,
        dwell_s Integer, task_id Text, team_id Text, device_id Text, ref_code Text;
    Loans loans: loan_id Text, customer_id Text, company_id Text, product_id Text, disbursed_at Time, principal Money, outstanding Money,
        limit Money, rate Rate, maturity_date Date, months_on_book Integer, overdue_days Integer, max_overdue_12m Integer, status Code;
    Limits limits: customer_id Text, preapproved Money, valid_to Date;
    PosMonth pos_month: company_id Text, month Date, amount Money, txn_count Integer;
    TaxFilings tax_filings: company_id Text, quarter Date, tax_paid Money;
    BureauAlerts bureau_alerts: alert_id Text, customer_id Text, ts Time, severity Code;
    Companies companies: company_id Text, name Text, industry Code, county Text, is_client Flag, finance_cost Rate, risk_event_ts Time,
        payroll_headcount Integer, payroll_with_us Flag;
    Relations relations: src_id Text, src_type Code, dst_id Text, dst_type Code, kind Code, since Date, until Date, weight Number;
    Interactions interactions: interaction_id Text, customer_id Text, ts Time, session_id Text, channel Code, agent_id Text, topic Code,
        intent Text, text Text, sentiment Code, objection_code Code, result Code, complaint_open Flag;
    Surveys surveys: survey_id Text, customer_id Text, branch_id Text, journey Code, sent_at Time, answered_at Time, nps Integer,
        csat Number, comment Text;
    JourneysDone journeys_done: event_id Text, customer_id Text, journey Code, started_at Time, ended_at Time, completed Flag,
        step_reached Text, branch_id Text;
    LifeEvents life_events: customer_id Text, event Code, date Date, source Code;
    Referrals referrals: referral_id Text, referrer_id Text, referee_id Text, ref_code Text, product_id Text, click_ts Time, open_ts Time,
        activate_ts Time, device_id Text, rm_id Text;
    Contacts contacts: contact_id Text, subject Text, unit_id Text, action_id Text, customer_id Text, strategy_id Text, version Text,
        arm Text, wave Text, channel Code, offer_id Text, template_id Text, sent_at Time, status Code, rm_id Text, cost Money;
    Responses responses: response_id Text, contact_id Text, customer_id Text, ts Time, kind Code, product_id Text, value Money,
        transcript Text, intent_grade Code;
    Offers offers: offer_id Text, kind Code, bp Integer, points Integer, amount Money, cost Money, quota Integer, valid_from Date,
        valid_to Date, product_id Text, rate_cap Rate, approved_by Text;
    Grants grants: grant_id Text, subject Text, unit_id Text, offer_id Text, customer_id Text, strategy_id Text, state Code, ts Time,
        expires_at Time;
    Consents consents: customer_id Text, channel Code, purpose Code, allowed Flag, ts Time;
    RmRoster rm_roster: rm_id Text, branch_id Text, role Code, cap_calls_day Integer, cap_visits_week Integer, portfolio_max Integer,
        leave_until Date;
    Branches branches: branch_id Text, name Text, kind Code, city Text, county Text, region Text;
    ModelScores model_scores: customer_id Text, model Text, version Text, score Number, scored_at Time, reason1 Text, reason2 Text;
    ChannelCosts channel_costs: channel Code, unit_cost Money, staff_minutes Number;
    Tags tags: customer_id Text, tag Text, value Text, kind Code, updated_at Time, expires_at Time;
}

/// The tables of one chunk, or the reference tables of the bank.
#[derive(Debug, Clone, PartialEq)]
pub struct Tables {
    list: Vec<Table>,
}

impl Tables {
    pub(super) fn new() -> Tables {
        Tables { list: TableName::ALL.iter().map(|name| Table::new(name.name(), name.columns())).collect() }
    }

    pub(super) fn push(&mut self, name: TableName, row: &[Value<'_>]) {
        if let Some(table) = self.list.get_mut(name as usize) {
            table.push(row);
        }
    }

    /// Every table in writing order; those with nothing in this part have no rows.
    pub fn iter(&self) -> impl Iterator<Item = &Table> {
        self.list.iter()
    }

    /// One table.
    #[must_use]
    pub fn get(&self, name: TableName) -> Option<&Table> {
        self.list.get(name as usize)
    }
}

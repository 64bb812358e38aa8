//! Invitations that ran out: a row of the ledger of grants for each.

use super::emission::Row;
use crate::check::Checker;
use crate::ir::{self, Emission, Kind, NodeId, Output};
use crate::source::Span;
use crate::syntax::ast;
use crate::types::{TableId, Type};

impl Checker {
    /// Invitations whose time is over get their ledger row.
    pub(super) fn expired_grants(&mut self) -> Vec<Emission> {
        let mut out = Vec::new();
        for item in self.items(0) {
            let ast::ItemKind::Offer(offer) = &item.kind else { continue };
            if offer.holds.is_some() {
                out.extend(self.expired_grant(offer));
            }
        }
        out
    }

    fn expired_grant(&mut self, offer: &ast::Offer) -> Option<Emission> {
        let span: Span = offer.name.span;
        let table = self.entry_subject()?;
        let grants = self.find_table("grants")?;
        let name = offer.name.text.as_str();
        let invited = self.grant_expiry(table, grants, name, span)?;
        let now = self.as_of(span);
        let over = self.surely_compare(ir::Comparison::LessOrEqual, invited, now, span);
        let closed = self.closed_at(table, grants, name, span)?;
        let invited_at = self.grant_time(table, grants, name, &["invited"], span)?;
        let closed = self.surely_compare(ir::Comparison::GreaterOrEqual, closed, invited_at, span);
        let open = self.negation(closed, span);
        let flag = self.all(&[over, open], span);
        let unit = self.unit_of(table, span)?;
        let mut row = Row(Vec::new());
        let word = self.text_constant("expired", span);
        let offer_id = self.text_constant(name, span);
        let id = self.call("identifier", vec![word, unit, offer_id, invited], Type::Text, span);
        row.field("grant_id", id);
        let subject = self.table(table).map_or_else(String::new, |table| table.name.clone());
        let subject = self.text_constant(subject, span);
        row.field("subject", subject);
        row.field("unit_id", unit);
        row.field("offer_id", offer_id);
        row.field("customer_id", unit);
        row.field("state", word);
        row.field("ts", now);
        row.field("expires_at", invited);
        Some(Emission { output: Output::Grants, table, flag, fields: row.0, strategy: None })
    }

    /// When the subject's last invitation ends.
    fn grant_expiry(&mut self, table: TableId, grants: TableId, offer: &str, span: Span) -> Option<NodeId> {
        let offer_id = self.named_column(grants, "offer_id", span)?;
        let state = self.named_column(grants, "state", span)?;
        let same = self.one_of(offer_id, &[offer], span);
        let invited = self.one_of(state, &["invited"], span);
        let filter = self.all(&[same, invited], span);
        let expires = self.named_column(grants, "expires_at", span)?;
        let row_key = self.ledger_unit(grants, span)?;
        let outer_key = self.unit_of(table, span)?;
        let link = ir::Link::Key { row_key, outer_key };
        let aggregate = self.ledger_aggregate(grants, link, ir::AggregateFunction::Max, Some(expires), filter, span);
        Some(self.add_in(table, Kind::Aggregate(Box::new(aggregate)), Type::Time, true, span))
    }
}

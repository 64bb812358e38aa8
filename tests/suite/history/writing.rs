//! Rules as the text of a program.

use super::hours::{Hours, Quiet};
use super::rules::{Again, CHANNELS, Cap, Capacity, Condition, Counted, Rules, Step, Strategy, Subject, Trigger, Whose, Window};
use std::fmt::Write;

const SCHEMA: &str = "subject customers
entity customers {
  key customer_id : text
  status : text in [\"active\", \"frozen\", \"closed\"]?
  level : int?
  worth : money?
  rm_id : ref staff? as manager
  branch : text?
}
entity staff { key staff_id : text  cap : int }
entity loans { key loan_id : text  customer_id : ref customers as client  maturity : date? }
entity consents { key consent_id : text  customer_id : ref customers as customer  channel : text  allowed : bool? }
event moves { key move_id : text  customer_id : ref customers as customer  at ts : time  amount : money }
channel sms cost 0.05元
channel ai_call cost 0.8元
channel app_push
channel rm_call cost 8元 staff 10 minutes
role keeper for customers = manager
role lender for loans = client.rm_id
";

impl Condition {
    fn write(&self, subject: Subject) -> String {
        let prefix = if subject == Subject::Loans { "client." } else { "" };
        match self {
            Condition::LevelAtLeast(level) => format!("{prefix}level >= {level}"),
            Condition::WorthAtLeast(yuan) => format!("{prefix}worth >= {yuan}元"),
            Condition::StatusIn(known) => {
                format!("{prefix}status in [{}]", known.iter().map(|word| format!("\"{word}\"")).collect::<Vec<_>>().join(", "))
            }
            Condition::Moved(days) => format!("exists({prefix}moves, last {days} days)"),
            Condition::Not(inner) => format!("not ({})", inner.write(subject)),
            Condition::And(left, right) => format!("({}) and ({})", left.write(subject), right.write(subject)),
        }
    }
}

impl Again {
    fn write(self) -> String {
        match self {
            Again::Always => String::from("always"),
            Again::Never => String::from("never"),
            Again::AfterDays(days) => format!("after {days} days"),
        }
    }
}

impl Window {
    pub fn write(self) -> String {
        match self {
            Window::InAnyDays(days) => format!("in any {days} days"),
            Window::CalendarDay => String::from("per calendar day"),
            Window::CalendarWeek => String::from("per calendar week"),
        }
    }
}

impl Cap {
    fn write(&self) -> String {
        let what = match &self.counted {
            Counted::Contacts => "contacts",
            Counted::Channel(channel) => channel,
            Counted::Class(class) => class,
            Counted::Offer(offer) => offer,
        };
        format!("at most {} {what} {}", self.most, self.window.write())
    }
}

impl Capacity {
    fn write(&self) -> String {
        let most = self.most.map_or_else(|| String::from("assignee.cap"), |most| most.to_string());
        let per = match self.whose {
            Whose::Assignee => " per assignee",
            Whose::Branch => " per branch",
            Whose::Bank => "",
        };
        format!("capacity {most} {}{per} {} overflow {}", self.channel, self.window.write(), if self.defer { "defer" } else { "drop" })
    }
}

impl Rules {
    /// The program.
    pub fn text(&self) -> String {
        let mut out = String::from(SCHEMA);
        for offer in &self.offers {
            let holds = offer.holds_days.map_or_else(String::new, |days| format!(" holds {days} days"));
            let cost = offer.cost.map_or_else(String::new, |cost| format!(" cost {}", cost.write()));
            let _ = writeln!(
                out,
                "offer {} {{ quota {}{holds} reserve {} again {}{cost} }}",
                offer.name,
                offer.quota,
                offer.reserve,
                offer.again.write()
            );
        }
        let _ = writeln!(out, "template hello for {} = \"您好\"", CHANNELS.join(", "));
        let _ = writeln!(out, "template instead for {} = \"您好呀\"", CHANNELS.join(", "));
        let mut layers = Vec::new();
        if let Some(legal) = &self.legal {
            layers.push(format!("legal {{ exclude unlawful when {} }}", legal.write(Subject::Customers)));
        }
        if self.consent {
            layers.push(String::from(
                "consent { exclude no_consent when not exists(consents where channel = candidate.channel and allowed) }",
            ));
        }
        let caps = |caps: &[Cap]| caps.iter().map(Cap::write).collect::<Vec<_>>().join("  ");
        let times = self.hours.iter().map(Hours::write).chain(self.quiet.iter().map(Quiet::write));
        let contact: Vec<String> = self.caps.iter().map(Cap::write).chain(times).collect();
        if !contact.is_empty() {
            layers.push(format!("contact {{ {} }}", contact.join("  ")));
        }
        let mut contest = Vec::new();
        if !self.order.is_empty() {
            contest.push(format!("order {}", self.order.join(", ")));
        }
        contest.extend(self.control.map(|share| format!("control {share}%")));
        if !self.contest.is_empty() {
            contest.push(caps(&self.contest));
        }
        if !contest.is_empty() {
            layers.push(format!("arbitration {{ {} }}", contest.join("  ")));
        }
        if !self.capacities.is_empty() {
            layers.push(format!("capacity {{ {} }}", self.capacities.iter().map(Capacity::write).collect::<Vec<_>>().join("  ")));
        }
        let _ = writeln!(out, "policy house always {{\n  {}\n}}", layers.join("\n  "));
        for strategy in &self.strategies {
            out.push_str(&strategy.text());
        }
        out
    }
}

impl Strategy {
    fn text(&self) -> String {
        let about = if self.subject == Subject::Loans { " for loans" } else { "" };
        let mut out = format!("strategy {}{about} {{\n  class {} purpose \"service\"\n", self.name, self.class);
        if let Some(priority) = self.priority {
            let _ = writeln!(out, "  priority {priority}");
        }
        for (trigger, again) in &self.triggers {
            let on = match trigger {
                Trigger::While(condition) => format!("while {}", condition.write(self.subject)),
                Trigger::Entering(condition) => format!("entering {}", condition.write(self.subject)),
                Trigger::Move(yuan) => format!("moves where amount >= {yuan}元"),
                Trigger::Before(days) => format!("{days} days before maturity"),
                Trigger::After(days) => format!("within {days} days after maturity"),
                Trigger::EveryWeek => String::from("every week"),
                Trigger::EveryWeekIn(days) => format!("every week within {days} days"),
            };
            let _ = writeln!(out, "  on {on} again {}", again.write());
        }
        for (name, condition) in &self.excludes {
            let _ = writeln!(out, "  exclude {name} when {}", condition.write(self.subject));
        }
        for cap in &self.caps {
            let _ = writeln!(out, "  {}", cap.write());
        }
        if self.by_worth {
            out.push_str("  rank by worth desc\n");
        }
        if let Some(limit) = self.limit {
            let _ = writeln!(out, "  limit {limit}");
        }
        if let Some(budget) = &self.budget {
            let _ = writeln!(out, "  {}", budget.write());
        }
        if !self.arms.is_empty() {
            let _ = writeln!(
                out,
                "  arms {{ {} }}",
                self.arms.iter().map(|(name, share)| format!("{name} {share}%")).collect::<Vec<_>>().join("  ")
            );
        }
        let lone = self.waves.iter().all(|wave| wave.name == "1");
        out.push_str("  plan {\n");
        for wave in &self.waves {
            let steps: Vec<String> = wave.steps.iter().map(|step| step.text(self.subject)).collect();
            let after =
                if wave.after_days > 0 || wave.name != "first" { format!(" after {} days", wave.after_days) } else { String::new() };
            let when = wave.when.as_ref().map_or_else(String::new, |when| format!(" when {}", when.write(self.subject)));
            let _ = if lone {
                writeln!(out, "    {}", steps.join("  "))
            } else {
                writeln!(out, "    wave {}{after}{when} {{ {} }}", wave.name, steps.join("  "))
            };
        }
        out.push_str("  }\n");
        for (name, condition) in &self.exits {
            let _ = writeln!(out, "  exit {name} when {}", condition.write(self.subject));
        }
        out.push_str("}\n");
        out
    }
}

impl Step {
    fn text(&self, subject: Subject) -> String {
        let offer = self.offer.as_ref().map_or_else(String::new, |offer| format!(" offer {offer}"));
        let role = if subject == Subject::Loans { "lender" } else { "keeper" };
        let to = if self.to_manager { format!(" to {role}") } else { String::new() };
        let when = self.when.as_ref().map_or_else(String::new, |when| format!(" when {}", when.write(subject)));
        let consent = self.on_consent.map_or_else(String::new, |channel| format!(" else on consent send {channel} using instead"));
        let capacity =
            self.on_capacity.map_or_else(String::new, |channel| format!(" else on capacity send {channel} using instead{offer}"));
        format!("send {} using hello{offer}{to}{when}{consent}{capacity}", self.channel)
    }
}

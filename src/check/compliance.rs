//! What a text may not say, and what it may say only with evidence, a disclosure or an approval.

use super::Checker;
use super::expression::plain_words;
use super::problems::facts as problems;
use crate::builtins::keyword_table;
use crate::diag::Problem;
use crate::syntax::ast::{self, ItemKind};
use crate::types::Value;

/// Promises that no financial product can keep. A bank's own list is a `lexicon` called `forbidden`.
const FORBIDDEN: [&str; 16] = [
    "保本",
    "保收益",
    "保证收益",
    "稳赚",
    "只赚不赔",
    "零风险",
    "无风险",
    "绝对安全",
    "最高收益",
    "国家级",
    "包赚",
    "躺赚",
    "内部消息",
    "risk-free",
    "guaranteed return",
    "no risk",
];
/// Words that take a forbidden one back: 非保本.
const TAKEN_BACK: [&str; 5] = ["非", "不", "并非", "not", "no"];
/// Statements about how good something is.
const CLAIMS: [&str; 10] =
    ["高于同类", "优于同类", "同类第", "同类排名", "跑赢", "年化", "收益率", "预期收益", "better than", "outperform"];
/// Of these, the ones about returns: they need a sentence about risk.
const RETURNS: [&str; 8] = ["高于同类", "优于同类", "同类第", "跑赢", "年化", "收益率", "预期收益", "outperform"];
const DISCLOSURES: [&str; 8] = ["风险", "不代表", "非保本", "不保证", "谨慎", "不预示", "at risk", "not guaranteed"];

impl Checker {
    /// Forbidden words, claims without evidence, returns without disclosure, generated texts that nobody approved.
    pub(super) fn check_content(&mut self, template: &ast::Template) {
        let words = plain_words(&template.text).to_lowercase();
        let span = template.text.span;
        if let Some(word) = self.forbidden_word(&words) {
            self.report(Problem::new(&problems::FORBIDDEN_WORD, span).with("word", word));
        }
        let claim = CLAIMS.iter().find(|claim| words.contains(**claim)).map(|claim| (*claim).to_string()).or_else(|| figure(&words));
        if let (Some(claim), true) = (&claim, template.claims.is_empty()) {
            self.report(Problem::new(&problems::UNSUPPORTED_CLAIM, span).with("words", claim.trim()));
        }
        let returns = RETURNS.iter().find(|word| words.contains(**word));
        if let (Some(word), false) = (returns, DISCLOSURES.iter().any(|disclosure| words.contains(disclosure))) {
            self.report(Problem::new(&problems::NO_DISCLOSURE, span).with("words", word.trim()));
        }
        match (&template.generated, &template.approved) {
            (Some(generated), None) => {
                let problem = Problem::new(&problems::GENERATED_UNAPPROVED, generated.span).with("template", &template.name.text);
                self.report(problem.with("by", &generated.text));
            }
            (Some(generated), Some((approver, _))) if generated.text.trim() == approver.text.trim() => {
                let problem = Problem::new(&problems::GENERATED_UNAPPROVED, approver.span).with("template", &template.name.text);
                self.report(problem.with("by", &generated.text));
            }
            (_, _) => {}
        }
    }

    /// The first forbidden word that is not taken back, of the built-in list or a lexicon called `forbidden`.
    fn forbidden_word(&self, words: &str) -> Option<String> {
        let mut list: Vec<String> = FORBIDDEN.iter().map(|word| (*word).to_string()).collect();
        for item in self.modules.iter().flat_map(|module| &module.items) {
            if let ItemKind::Lexicon(lexicon) = &item.kind {
                if lexicon.name.text == "forbidden" {
                    list.extend(lexicon.rows.iter().flat_map(|row| &row.keywords).map(|word| word.text.clone()));
                }
            }
        }
        let find = crate::builtins::find("find_words")?.row;
        let back: Vec<String> = TAKEN_BACK.iter().map(|word| (*word).to_string()).collect();
        list.into_iter().find(|word| {
            let table = keyword_table(4, &back, &[vec![word.clone()]]);
            find(&[Value::Text(words.to_string()), Value::Text(table)]) == Value::Int(0)
        })
    }
}

/// `节省80%`, `5万额度`: a figure that promises something.
fn figure(words: &str) -> Option<String> {
    let is_figure = |sign: char| sign.is_ascii_digit() || sign == ' ';
    let saving = words.split_once("节省").filter(|(_, rest)| rest.starts_with(is_figure)).map(|_| String::from("节省"));
    let credit = words.split_once("额度").and_then(|(before, _)| {
        let close: Vec<char> = before.chars().rev().take(3).collect();
        close.iter().any(|sign| is_figure(*sign)).then(|| String::from("额度"))
    });
    saving.or(credit)
}

//! The run report as one page that needs nothing else.

use super::RunReport;
use super::view::{View, view};
use crate::diag::Language;
use askama::Template;

#[derive(Template)]
#[template(path = "page.html", config = "src/report/run/askama.toml")]
struct Page {
    language: &'static str,
    program: String,
    skip: &'static str,
    view: View,
}

/// The page: no script, no request to anywhere, readable on a phone and on paper.
///
/// # Errors
/// None known: the template only writes texts.
pub fn html(report: &RunReport, language: Language) -> Result<String, askama::Error> {
    let (tag, skip) = match language {
        Language::English => ("en", "Sections"),
        Language::Chinese => ("zh-CN", "目录"),
    };
    Page { language: tag, program: report.program.clone(), skip, view: view(report, language) }.render()
}

//! What the binary carries: the standard modules, written in the language itself, and one page per problem.

static MODULES: &[(&str, &str)] = include!(concat!(env!("OUT_DIR"), "/modules.rs"));
static ERROR_PAGES: &[(&str, &str)] = include!(concat!(env!("OUT_DIR"), "/error_pages.rs"));

/// Every standard module, name (`std.rfm`) and text, sorted by name.
#[must_use]
pub fn modules() -> &'static [(&'static str, &'static str)] {
    MODULES
}

/// The text of one standard module.
#[must_use]
pub fn module(name: &str) -> Option<&'static str> {
    found(MODULES, name)
}

/// Every error page, slug and Markdown text, sorted by slug.
#[must_use]
pub fn docs_errors() -> &'static [(&'static str, &'static str)] {
    ERROR_PAGES
}

/// The page of one problem.
#[must_use]
pub fn error_page(slug: &str) -> Option<&'static str> {
    found(ERROR_PAGES, slug)
}

fn found(table: &'static [(&'static str, &'static str)], name: &str) -> Option<&'static str> {
    let at = table.binary_search_by(|(known, _)| (*known).cmp(name)).ok()?;
    table.get(at).map(|(_, text)| *text)
}

#[cfg(test)]
mod tests {
    #[test]
    fn tables_are_sorted_and_searchable() {
        for (name, text) in super::modules() {
            assert!(name.starts_with("std."));
            assert_eq!(super::module(name), Some(*text));
        }
        for (slug, page) in super::docs_errors() {
            assert_eq!(super::error_page(slug), Some(*page));
        }
        assert!(super::module("std.nothing_like_this").is_none());
    }
}

//! Where the things that may change are declared: the program's own files, read again.

use crate::source::{FileId, Sources, Span};
use crate::syntax::ast::{self, Decimal, DurationUnit, Expression, ExpressionKind, ItemKind, Literal};

/// One of the program's own files.
pub(super) struct Module {
    /// The last part of its name, under which its params are known; empty for entry files.
    pub name: String,
    /// Alias → last part of the name of the module it means.
    aliases: Vec<(String, String)>,
    items: Vec<ast::Item>,
}

/// All of the program's own files.
pub(super) struct Declared {
    pub modules: Vec<Module>,
}

/// A param where it is declared.
pub(super) struct ParamPlace<'a> {
    /// `held_out`, `limits.held_out`
    pub qualified: String,
    pub item: Span,
    pub value: &'a Expression,
    pub range: Option<&'a (Expression, Expression)>,
}

impl ParamPlace<'_> {
    /// The value as written.
    pub fn written(&self, sources: &Sources) -> String {
        sources.text(trimmed(sources, self.value.span)).to_owned()
    }
}

/// A span without the blanks at its ends.
pub(super) fn trimmed(sources: &Sources, span: Span) -> Span {
    let text = sources.text(span);
    let before = text.len() - text.trim_start().len();
    let length = text.trim().len();
    Span::new(span.file, span.start as usize + before, span.start as usize + before + length)
}

impl Declared {
    /// Reads the program's own files; standard modules are nobody's to edit.
    pub fn read(sources: &Sources, entries: usize) -> Self {
        let own = sources.iter().filter(|(_, file)| file.name.ends_with(".strat"));
        let module = |(id, file): (FileId, &crate::source::SourceFile)| {
            let items = crate::syntax::parse(id, &file.text).file.items;
            let stem = file.name.rsplit('/').next().and_then(|name| name.strip_suffix(".strat")).unwrap_or("");
            let name = if (id.0 as usize) < entries { String::new() } else { stem.to_owned() };
            let aliases = items.iter().filter_map(alias).collect();
            Module { name, aliases, items }
        };
        Self { modules: own.map(module).collect() }
    }

    /// The strategies of the entry files, with their module.
    pub fn strategies(&self) -> impl Iterator<Item = (&Module, &ast::Strategy)> {
        self.entry_items().filter_map(|(module, item)| match &item.kind {
            ItemKind::Strategy(strategy) => Some((module, strategy.as_ref())),
            _ => None,
        })
    }

    /// The comparisons of the entry files, with their module.
    pub fn compares(&self) -> impl Iterator<Item = (&Module, &ast::Compare)> {
        self.entry_items().filter_map(|(module, item)| match &item.kind {
            ItemKind::Compare(compare) => Some((module, compare)),
            _ => None,
        })
    }

    fn entry_items(&self) -> impl Iterator<Item = (&Module, &ast::Item)> {
        let entries = self.modules.iter().filter(|module| module.name.is_empty());
        entries.flat_map(|module| module.items.iter().map(move |item| (module, item)))
    }

    /// A param by its qualified name.
    pub fn param(&self, qualified: &str) -> Option<ParamPlace<'_>> {
        let (module, name) = qualified.rsplit_once('.').unwrap_or(("", qualified));
        let of_module = self.modules.iter().filter(|known| known.name == module);
        of_module.flat_map(|module| &module.items).find_map(|item| match &item.kind {
            ItemKind::Param(param) if param.name.text == name || param.label.as_ref().is_some_and(|label| label.text == name) => {
                Some(ParamPlace {
                    qualified: if module.is_empty() { param.name.text.clone() } else { format!("{module}.{}", param.name.text) },
                    item: item.span,
                    value: &param.value,
                    range: param.range.as_ref(),
                })
            }
            _ => None,
        })
    }

    /// The param a path in a module means.
    pub fn param_of(&self, module: &Module, path: &ast::Path) -> Option<ParamPlace<'_>> {
        match path.segments.as_slice() {
            [name] if module.name.is_empty() => self.param(&name.text),
            [name] => self.param(&format!("{}.{}", module.name, name.text)),
            [alias, name] => {
                let (_, meant) = module.aliases.iter().find(|(known, _)| *known == alias.text)?;
                self.param(&format!("{meant}.{}", name.text))
            }
            _ => None,
        }
    }

    /// The range of a param, where a value written as text lies outside it. What cannot be told here is left to the checker.
    pub fn outside(&self, param: &ParamPlace<'_>, value: &str, sources: &Sources) -> Option<(String, String)> {
        let (low, high) = param.range?;
        let text = format!("param x = {value}\n");
        let parsed = crate::syntax::parse(FileId(0), &text);
        let item = parsed.file.items.first()?;
        let ItemKind::Param(read) = &item.kind else { return None };
        let (found, least, most) = (quantity(&read.value)?, quantity(low)?, quantity(high)?);
        let comparable = found.1 == least.1 && found.1 == most.1;
        let outside = found.0 < least.0 - 1e-12 || found.0 > most.0 + 1e-12;
        let written = |expression: &Expression| sources.text(trimmed(sources, expression.span)).to_owned();
        (comparable && outside).then(|| (written(low), written(high)))
    }
}

fn alias(item: &ast::Item) -> Option<(String, String)> {
    let ItemKind::Use(used) = &item.kind else { return None };
    let last = used.module.segments.last()?.text.clone();
    Some((used.alias.as_ref().map_or_else(|| last.clone(), |alias| alias.text.clone()), last))
}

/// What a quantity is measured in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Measured {
    /// Numbers, shares and rates.
    Number,
    Money,
    Time(DurationUnit),
}

/// A literal, or minus one.
fn quantity(expression: &Expression) -> Option<(f64, Measured)> {
    match &*expression.kind {
        ExpressionKind::Negate(inner) => quantity(inner).map(|(value, measured)| (-value, measured)),
        ExpressionKind::Literal(literal) => Some(match literal {
            Literal::Number(number) => (float(*number), Measured::Number),
            Literal::Percent(number) => (float(*number) / 100.0, Measured::Number),
            Literal::BasisPoints(number) => (float(*number) / 10_000.0, Measured::Number),
            Literal::Money(number) => (float(*number), Measured::Money),
            Literal::Duration { amount, unit } => (float(*amount), Measured::Time(*unit)),
            Literal::RelativePercent(_)
            | Literal::PercentagePoints(_)
            | Literal::Times(_)
            | Literal::Date { .. }
            | Literal::Instant { .. }
            | Literal::Clock { .. }
            | Literal::True
            | Literal::False
            | Literal::Missing
            | Literal::Unknown
            | Literal::Any
            | Literal::None => return None,
        }),
        _ => None,
    }
}

/// A number of a share or a param as a fraction; `None` for anything that is no plain literal.
pub(super) fn fraction(expression: &Expression) -> Option<f64> {
    quantity(expression).filter(|(_, measured)| *measured == Measured::Number).map(|(value, _)| value)
}

/// Digits behind the point of a share: `12.5%` has one.
pub(super) fn decimals(expression: &Expression) -> u32 {
    match &*expression.kind {
        ExpressionKind::Literal(Literal::Percent(number)) => number.scale,
        ExpressionKind::Literal(Literal::Number(number)) => number.scale.saturating_sub(2),
        _ => 0,
    }
}

#[allow(clippy::cast_precision_loss, reason = "shares and params are small")]
fn float(number: Decimal) -> f64 {
    number.mantissa as f64 / 10_f64.powi(i32::try_from(number.scale).unwrap_or(0))
}

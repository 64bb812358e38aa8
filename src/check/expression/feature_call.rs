//! Features with arguments: `feature spent(w : duration) = …`, called as `spent(90 days)`.

use crate::check::names::Scope;
use crate::check::problems::{names, types as problems};
use crate::check::schema::named_type;
use crate::check::{Checker, Typed, length::Length};
use crate::diag::Problem;
use crate::source::Span;
use crate::syntax::ast::{Argument, ArgumentKind, Expression, Feature, ItemKind, Name, Path};
use crate::types::{TableId, Type, Value};

impl Checker {
    /// `None` when the name is no feature with arguments.
    #[allow(clippy::option_option)]
    pub(super) fn feature_call(&mut self, function: &Path, arguments: &[Argument], span: Span, scope: &Scope) -> Option<Option<Typed>> {
        let (module, item) = self.find_item(function, scope.module)?;
        let ItemKind::Feature(feature) = &item.kind else { return None };
        if feature.arguments.is_empty() {
            return None;
        }
        let Some(table) = self.fact_table(module, &item).filter(|table| scope.table == Some(*table)) else {
            self.misplaced_item(module, &item, function, scope);
            return Some(None);
        };
        Some(self.call_feature(module, feature, table, arguments, span, scope))
    }

    fn call_feature(
        &mut self,
        module: usize,
        feature: &Feature,
        table: TableId,
        arguments: &[Argument],
        span: Span,
        scope: &Scope,
    ) -> Option<Typed> {
        let plain: Vec<&Expression> = arguments.iter().filter_map(plain).collect();
        if plain.len() != feature.arguments.len() || plain.len() != arguments.len() {
            let problem = Problem::new(&problems::BAD_ARGUMENT, span).with("function", &feature.name.text);
            self.report(problem.with("signature", signature(feature)));
            return None;
        }
        let mut inner = Scope::of(module, table);
        for ((name, kind), argument) in feature.arguments.iter().zip(plain) {
            self.bind_argument(name, kind, argument, scope, &mut inner)?;
        }
        let key = self.enter_fact(module, &feature.name)?;
        let typed = self.expression(&feature.value, &inner);
        self.leave_fact(&key);
        let typed = typed?;
        let written = |argument: &Argument| self.sources.text(argument.span).split_whitespace().collect::<Vec<_>>().join(" ");
        let call = format!("{}({})", feature.name.text, arguments.iter().map(written).collect::<Vec<_>>().join(", "));
        self.list_call(module, feature, &call, typed.node, table);
        Some(Typed { span, ..typed })
    }

    fn bind_argument(&mut self, name: &Name, kind: &Name, argument: &Expression, scope: &Scope, inner: &mut Scope) -> Option<()> {
        if kind.text == "duration" {
            if let Some(length) = self.try_length(argument, scope) {
                inner.lengths.insert(name.text.clone(), length);
                if let Length { months: 0, milliseconds, workdays: 0 } = length {
                    let node = self.constant(Value::Int(milliseconds), Type::Duration, argument.span);
                    inner.bind(name.text.clone(), node, Type::Duration, false, argument.span);
                }
                return Some(());
            }
        }
        // Nobody can write a month or a quarter as an argument.
        let Some(expected) = named_type(&kind.text).filter(|ty| !matches!(ty, Type::Month | Type::Quarter)) else {
            let problem = Problem::new(&super::super::problems::declarations::UNKNOWN_TYPE, kind.span).with("name", &kind.text);
            self.report(problem);
            return None;
        };
        let mut typed = self.expression(argument, scope)?;
        if typed.ty == Type::Int && matches!(expected, Type::Number | Type::Percent | Type::Rate) {
            let node = self.float(typed.node, expected.clone(), argument.span);
            typed = self.typed(node, argument.span);
        }
        self.require_type(&typed, &expected, &format!("`{}`", name.text))?;
        inner.bind(name.text.clone(), typed.node, typed.ty, typed.optional, argument.span);
        Some(())
    }

    /// A feature with arguments has no value without them.
    pub(crate) fn report_bare_feature(&mut self, feature: &Feature, span: Span) {
        let problem = Problem::new(&problems::BAD_ARGUMENT, span).with("function", &feature.name.text);
        self.report(problem.with("signature", signature(feature)));
    }

    /// The row of a table an operation picks is known by its key.
    pub(super) fn keyed_table(&mut self, path: &Path) -> Option<TableId> {
        let [name] = path.segments.as_slice() else {
            self.report(Problem::new(&names::UNKNOWN_TABLE, path.span).with("name", path.text()));
            return None;
        };
        let found = self.find_table(&name.text);
        if found.is_none() {
            self.unknown_table(name);
        }
        found
    }
}

fn signature(feature: &Feature) -> String {
    let arguments: Vec<String> = feature.arguments.iter().map(|(name, kind)| format!("{} : {}", name.text, kind.text)).collect();
    format!("{}({})", feature.name.text, arguments.join(", "))
}

fn plain(argument: &Argument) -> Option<&Expression> {
    match &argument.kind {
        ArgumentKind::Rows { value, per: None, filter: None, among: None } => Some(value),
        _ => None,
    }
}

//! Items, and the declarations of facts: params, features, segments, ladders, scores, models, cohorts.

use super::expression::comparison_operator;
use super::grammar::Rule;
use super::walk::{Node, Walk};
use crate::syntax::ast::{
    Cell, CellKind, Cohort, Expression, ExpressionKind, Feature, Item, ItemKind, Ladder, LadderKind, LadderMemory, LadderRow, Lexicon,
    LexiconNegation, LexiconRow, Literal, Model, Network, Param, RowCondition, Score, ScoreRow, Segment, Subject, Tag, TextLiteral, Use,
};

impl<'t> Walk<'t> {
    /// The tree of an `item` node.
    pub(super) fn item(&mut self, node: &Node<'t>) -> Option<Item> {
        let inner = node.clone().into_inner().next()?;
        let span = self.span(node);
        let allows = self.comments.allows(self.file, span.start as usize, span.end as usize, &mut self.problems);
        for sign in self.all(&inner, Rule::sign_equals) {
            self.check_operator(&sign);
        }
        let kind = self.item_kind(&inner)?;
        Some(Item { documentation: self.documentation(node), allows, span, kind })
    }

    fn item_kind(&mut self, node: &Node<'t>) -> Option<ItemKind> {
        Some(match node.as_rule() {
            Rule::use_item => {
                ItemKind::Use(Use { module: self.child_path(node), alias: self.child(node, Rule::name).map(|alias| self.name(&alias)) })
            }
            Rule::subject_item => ItemKind::Subject(Subject { table: self.child_name(node) }),
            Rule::table_item => ItemKind::Table(self.table_item(node)),
            Rule::param_item => ItemKind::Param(self.param_item(node)),
            Rule::feature_item => ItemKind::Feature(self.feature_item(node)),
            Rule::segment_item => ItemKind::Segment(Segment {
                name: self.child_name(node),
                label: self.child_label(node),
                table: self.child_table(node),
                condition: self.child_expression(node),
            }),
            Rule::ladder_item => ItemKind::Ladder(self.ladder_item(node)),
            Rule::score_item => ItemKind::Score(self.score_item(node)),
            Rule::lexicon_item => ItemKind::Lexicon(self.lexicon_item(node)),
            Rule::model_item => ItemKind::Model(self.model_item(node)),
            Rule::tag_item => ItemKind::Tag(self.tag_item(node)),
            Rule::cohort_item => ItemKind::Cohort(self.cohort_item(node)),
            Rule::channel_item => ItemKind::Channel(self.channel_item(node)),
            Rule::role_item => ItemKind::Role(self.role_item(node)),
            Rule::action_item => ItemKind::Action(self.action_item(node)),
            Rule::offer_item => ItemKind::Offer(self.offer_item(node)),
            Rule::template_item => ItemKind::Template(self.template_item(node)),
            Rule::policy_item => ItemKind::Policy(self.policy_item(node)),
            Rule::strategy_item => ItemKind::Strategy(Box::new(self.strategy_item(node))),
            Rule::metric_item => ItemKind::Metric(self.metric_item(node)),
            Rule::alert_item => ItemKind::Alert(self.alert_item(node)),
            Rule::overlay_item => ItemKind::Overlay(self.overlay_item(node)),
            Rule::compare_item => ItemKind::Compare(self.compare_item(node)),
            Rule::experiment_item => ItemKind::Experiment(Box::new(self.experiment_item(node))),
            Rule::test_item => ItemKind::Test(self.test_item(node)),
            _ => return None,
        })
    }

    fn param_item(&mut self, node: &Node<'t>) -> Param {
        Param {
            name: self.child_name(node),
            label: self.child_label(node),
            value: self.child_expression(node),
            range: self.child(node, Rule::param_range).map(|range| self.child_range(&range)),
            expert: self.child(node, Rule::kw_expert).is_some(),
        }
    }

    fn feature_item(&mut self, node: &Node<'t>) -> Feature {
        let mut arguments = Vec::new();
        if let Some(parameters) = self.child(node, Rule::parameters) {
            for parameter in self.all(&parameters, Rule::parameter) {
                if let [name, kind] = self.names(&parameter).as_slice() {
                    arguments.push((name.clone(), kind.clone()));
                }
            }
        }
        Feature {
            name: self.child_name(node),
            arguments,
            label: self.child_label(node),
            table: self.child_table(node),
            value: self.child_expression(node),
        }
    }

    fn ladder_item(&mut self, node: &Node<'t>) -> Ladder {
        let mut order = None;
        for part in self.all(node, Rule::ladder_order) {
            let kind = if self.child(&part, Rule::kw_worst).is_some() { LadderKind::WorstFirst } else { LadderKind::BestFirst };
            self.once(&mut order, kind, &part);
        }
        let partition = node.as_str().starts_with("partition");
        let kind = if partition { LadderKind::Partition } else { order.unwrap_or(LadderKind::Unordered) };
        let mut ladder = Ladder {
            kind,
            name: self.child_name(node),
            label: self.child_label(node),
            table: self.child_table(node),
            axes: Vec::new(),
            rows: Vec::new(),
            memory: Vec::new(),
            monotone: Vec::new(),
            body: self.body(node),
        };
        for part in self.all(node, Rule::ladder_axes) {
            let axes = self.all(&part, Rule::amount);
            ladder.axes.extend(axes.iter().map(|axis| self.expression(axis)));
        }
        let crossed = !ladder.axes.is_empty();
        for part in node.clone().into_inner() {
            match part.as_rule() {
                Rule::ladder_row => ladder.rows.push(self.ladder_row(&part, crossed)),
                Rule::ladder_memory => ladder.memory.push(LadderMemory {
                    span: self.span(&part),
                    improve: self.child(&part, Rule::kw_improve).is_some(),
                    after: self.child(&part, Rule::amount).map(|after| self.expression(&after)),
                    one_step: self.child(&part, Rule::one_step).is_some(),
                }),
                Rule::ladder_monotone => {
                    let paths = self.child(&part, Rule::paths);
                    ladder.monotone.extend(paths.map(|paths| self.paths(&paths)).unwrap_or_default());
                }
                _ => {}
            }
        }
        ladder
    }

    /// The place of the block of an item, from its `{` to its end.
    pub(super) fn body(&self, node: &Node<'t>) -> crate::source::Span {
        let whole = self.span(node);
        match self.child(node, Rule::sign_open_brace) {
            Some(brace) => crate::source::Span { start: self.span(&brace).start, ..whole },
            None => whole,
        }
    }

    fn ladder_row(&mut self, node: &Node<'t>, crossed: bool) -> LadderRow {
        let condition = match (self.child(node, Rule::row_otherwise), self.child(node, Rule::row_when)) {
            (Some(otherwise), _) => RowCondition::Otherwise(self.span(&otherwise)),
            (None, Some(when)) => self.row_when(&when, crossed),
            (None, None) => RowCondition::Otherwise(self.span(node)),
        };
        LadderRow {
            span: self.span(node),
            name: self.child_name(node),
            label: self.child_label(node),
            condition,
            because: self.because(node),
        }
    }

    fn because(&mut self, node: &Node<'t>) -> Option<TextLiteral> {
        self.child(node, Rule::because).map(|because| self.child_text(&because))
    }

    /// `when E`, `when unknown`, or one cell per axis.
    fn row_when(&mut self, node: &Node<'t>, crossed: bool) -> RowCondition {
        self.check_when(node);
        let written = self.all(node, Rule::cell);
        if let [single] = written.as_slice()
            && let Some(expression) = self.child(single, Rule::expression)
        {
            let expression = self.expression(&expression);
            if Self::is_unknown(&expression) {
                return RowCondition::WhenUnknown(expression.span);
            }
            if !crossed {
                return RowCondition::When(expression);
            }
            return RowCondition::Cells(vec![plain_cell(expression)]);
        }
        RowCondition::Cells(written.iter().map(|cell| self.cell(cell)).collect())
    }

    fn cell(&mut self, node: &Node<'t>) -> Cell {
        let value = self.child_expression(node);
        match self.child(node, Rule::comparison_operator) {
            Some(operator) => {
                self.check_operator(&operator);
                Cell { span: self.span(node), kind: CellKind::Compare(comparison_operator(operator.as_str()), value) }
            }
            None => plain_cell(value),
        }
    }

    fn score_item(&mut self, node: &Node<'t>) -> Score {
        let mut rows = Vec::new();
        for part in self.all(node, Rule::score_row) {
            rows.push(ScoreRow {
                span: self.span(&part),
                add: self.child_expression(&part),
                when: self.child_when(&part),
                because: self.because(&part),
            });
        }
        let mut monotone = Vec::new();
        for part in self.all(node, Rule::ladder_monotone) {
            let paths = self.child(&part, Rule::paths);
            monotone.extend(paths.map(|paths| self.paths(&paths)).unwrap_or_default());
        }
        Score { name: self.child_name(node), label: self.child_label(node), table: self.child_table(node), rows, monotone }
    }

    /// `when E` directly below, once.
    pub(super) fn child_when(&mut self, node: &Node<'t>) -> Option<Expression> {
        let mut found = None;
        for part in self.all(node, Rule::when_clause) {
            self.check_when(&part);
            let condition = self.child_expression(&part);
            self.once(&mut found, condition, &part);
        }
        found
    }

    fn lexicon_item(&mut self, node: &Node<'t>) -> Lexicon {
        let mut lexicon = Lexicon { name: self.child_name(node), label: self.child_label(node), rows: Vec::new(), negation: None };
        for part in node.clone().into_inner() {
            match part.as_rule() {
                Rule::lexicon_row => lexicon.rows.push(LexiconRow {
                    span: self.span(&part),
                    name: self.child_name(&part),
                    label: self.child_label(&part),
                    keywords: self.quoted_list(&part),
                    otherwise: self.child(&part, Rule::kw_otherwise).is_some(),
                }),
                Rule::lexicon_negation => {
                    let within = self.child(&part, Rule::amount).map(|within| self.expression(&within));
                    let negation = LexiconNegation { span: self.span(&part), words: self.quoted_list(&part), within };
                    self.once(&mut lexicon.negation, negation, &part);
                }
                _ => {}
            }
        }
        lexicon
    }

    fn quoted_list(&mut self, node: &Node<'t>) -> Vec<crate::syntax::ast::Quoted> {
        let Some(list) = self.child(node, Rule::quoted_list) else { return Vec::new() };
        self.all(&list, Rule::quoted).iter().map(|text| self.quoted(text)).collect()
    }

    fn model_item(&mut self, node: &Node<'t>) -> Model {
        let mut model = Model {
            name: self.child_name(node),
            label: self.child_label(node),
            table: self.child_table(node),
            version: None,
            range: None,
            max_age: None,
            from: None,
        };
        for part in node.clone().into_inner() {
            match part.as_rule() {
                Rule::model_version => {
                    let version = self.child_quoted(&part);
                    self.once(&mut model.version, version, &part);
                }
                Rule::model_range => {
                    let range = self.child_range(&part);
                    self.once(&mut model.range, range, &part);
                }
                Rule::max_age => {
                    let age = self.child_expression(&part);
                    self.once(&mut model.max_age, age, &part);
                }
                Rule::model_from => {
                    let inputs = self.child(&part, Rule::model_inputs).and_then(|inputs| self.child(&inputs, Rule::paths));
                    let inputs = inputs.map(|paths| self.paths(&paths)).unwrap_or_default();
                    let from = Network { file: self.child_quoted(&part), inputs };
                    self.once(&mut model.from, from, &part);
                }
                _ => {}
            }
        }
        model
    }

    fn tag_item(&mut self, node: &Node<'t>) -> Tag {
        let names = self.names(node);
        let value_type = match self.child(node, Rule::column_type) {
            Some(found) => self.column_type(&found),
            None => self.column_type(node),
        };
        let max_age = self.child(node, Rule::max_age).map(|age| self.child_expression(&age));
        let name = names.first().cloned().unwrap_or_else(|| self.child_name(node));
        Tag { name, label: self.child_label(node), nature: names.get(1).cloned(), value_type, max_age }
    }

    fn cohort_item(&mut self, node: &Node<'t>) -> Cohort {
        let mut cohort = Cohort {
            name: self.child_name(node),
            label: self.child_label(node),
            table: self.child_table(node),
            condition: self.child_expression(node),
            frozen: None,
            labelled: None,
        };
        for part in node.clone().into_inner() {
            match part.as_rule() {
                Rule::cohort_frozen => {
                    let frozen = self.child_expression(&part);
                    self.once(&mut cohort.frozen, frozen, &part);
                }
                Rule::cohort_labelled => {
                    let labelled = self.child_path(&part);
                    self.once(&mut cohort.labelled, labelled, &part);
                }
                _ => {}
            }
        }
        cohort
    }
}

fn plain_cell(expression: Expression) -> Cell {
    let span = expression.span;
    let kind = match *expression.kind {
        ExpressionKind::Literal(Literal::Any) => CellKind::Any,
        ExpressionKind::List(values) => CellKind::OneOf(values),
        other => CellKind::Value(Expression { span, kind: Box::new(other) }),
    };
    Cell { span, kind }
}

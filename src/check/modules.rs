//! Reading the entry file and every module it uses, each once.

use super::names::Module;
use super::problems::names as problems;
use crate::diag::Problem;
use crate::source::{SourceFile, Sources};
use crate::stdlib;
use crate::syntax::{self, ast};
use indexmap::IndexMap;
use std::rc::Rc;

/// Finds the text of a module that is not part of the standard library.
pub trait Loader {
    /// File name for messages and text of module `a.b`, or `None`.
    fn load(&self, module: &str) -> Option<(String, String)>;
    /// Names of modules that could be meant, for help.
    fn known(&self) -> Vec<String>;
}

/// A loader for programs that use only the standard library.
pub struct StandardOnly;

impl Loader for StandardOnly {
    fn load(&self, _module: &str) -> Option<(String, String)> {
        None
    }

    fn known(&self) -> Vec<String> {
        Vec::new()
    }
}

pub(super) struct Loaded {
    pub sources: Sources,
    pub modules: Vec<Module>,
    pub problems: Vec<Problem>,
}

/// The ledgers every run writes are part of every program.
const ALWAYS: &str = "std.ledgers";

/// Several entry files are one module: their strategies run together, and a name means one thing in all of them.
pub(super) fn load(entries: &[(String, String)], loader: &dyn Loader) -> Loaded {
    let mut loaded = Loaded { sources: Sources::default(), modules: Vec::new(), problems: Vec::new() };
    let mut known: IndexMap<String, usize> = IndexMap::new();
    let mut entries = entries.iter();
    if let Some((name, text)) = entries.next() {
        read(&mut loaded, String::new(), name.clone(), text.clone());
    }
    for (name, text) in entries {
        join(&mut loaded, name, text);
    }
    let mut at = 0;
    while at < loaded.modules.len() {
        follow(&mut loaded, at, &mut known, loader);
        at += 1;
        if at == loaded.modules.len() && !known.contains_key(ALWAYS) {
            if let Some(text) = stdlib::module(ALWAYS) {
                known.insert(ALWAYS.to_string(), loaded.modules.len());
                read(&mut loaded, ALWAYS.to_string(), ALWAYS.to_string(), text.to_string());
            }
        }
    }
    loaded
}

fn read(loaded: &mut Loaded, module: String, file_name: String, text: String) {
    let file = loaded.sources.add(SourceFile::new(file_name, text.clone()));
    let parsed = syntax::parse(file, &text);
    loaded.problems.extend(parsed.problems);
    let items = parsed.file.items.into_iter().map(Rc::new).collect();
    let broken = parsed.file.broken.into_iter().map(|name| name.text).collect();
    let mut module = Module::new(module, items);
    module.broken = broken;
    loaded.modules.push(module);
}

/// Adds the declarations of one more entry file to the first module. What stands there word for word already is not declared twice.
fn join(loaded: &mut Loaded, name: &str, text: &str) {
    let at = loaded.modules.len();
    read(loaded, String::new(), name.to_string(), text.to_string());
    let (Some(more), Some(first)) = (loaded.modules.get(at), loaded.modules.first()) else { return };
    let subject = |module: &Module| module.items.iter().find_map(|item| subject_of(item).cloned());
    let (common, own) = (subject(first), subject(more));
    let differs = common.as_ref().map(|name| &name.text) != own.as_ref().map(|name| &name.text);
    let mut items = first.items.clone();
    let mut broken = first.broken.clone();
    broken.extend(more.broken.iter().cloned());
    for item in &more.items {
        let about = match subject_of(item) {
            Some(_) if common.is_some() => continue,
            Some(_) | None if !differs => Rc::clone(item),
            Some(_) | None => own.as_ref().map_or_else(|| Rc::clone(item), |own| Rc::new(said_about(item, own))),
        };
        let same = |known: &Rc<ast::Item>| known.kind.is_shared() && loaded.sources.text(known.span) == loaded.sources.text(item.span);
        if !about.kind.is_shared() || !items.iter().any(same) {
            items.push(about);
        }
    }
    let mut joined = Module::new(String::new(), items);
    joined.broken = broken;
    loaded.modules.truncate(at);
    if let Some(first) = loaded.modules.first_mut() {
        *first = joined;
    }
}

fn subject_of(item: &ast::Item) -> Option<&ast::Name> {
    match &item.kind {
        ast::ItemKind::Subject(subject) => Some(&subject.table),
        _ => None,
    }
}

/// The declaration with the subject of its own file written out.
fn said_about(item: &ast::Item, subject: &ast::Name) -> ast::Item {
    let mut item = item.clone();
    if let Some(table) = item.kind.about_mut() {
        table.get_or_insert_with(|| subject.clone());
    }
    item
}

/// Resolves the `use` lines of one module.
fn follow(loaded: &mut Loaded, at: usize, known: &mut IndexMap<String, usize>, loader: &dyn Loader) {
    let items = loaded.modules.get(at).map(|module| module.items.clone()).unwrap_or_default();
    for item in items {
        let ast::ItemKind::Use(wanted) = &item.kind else { continue };
        let name = wanted.module.text();
        let target = match known.get(&name) {
            Some(target) => Some(*target),
            None => open(loaded, &name, known, loader),
        };
        let Some(target) = target else {
            let mut names: Vec<String> = stdlib::modules().iter().map(|(name, _)| (*name).to_string()).collect();
            names.extend(loader.known());
            let names: Vec<&str> = names.iter().map(String::as_str).collect();
            let problem = Problem::new(&problems::UNKNOWN_MODULE, wanted.module.span).with("name", &name);
            loaded.problems.push(super::wording::advised(problem, &name, &names, ("modules are", "可用的模块有")));
            continue;
        };
        let last = wanted.module.segments.last().map(|segment| segment.text.clone()).unwrap_or_default();
        let alias = wanted.alias.as_ref().map_or(last, |alias| alias.text.clone());
        let Some(module) = loaded.modules.get_mut(at) else { continue };
        if module.uses.insert(alias.clone(), target).is_some_and(|other| other != target) {
            loaded.problems.push(Problem::new(&problems::DUPLICATE_NAME, wanted.module.span).with("name", alias));
        }
    }
}

fn open(loaded: &mut Loaded, name: &str, known: &mut IndexMap<String, usize>, loader: &dyn Loader) -> Option<usize> {
    let (file, text) = match stdlib::module(name) {
        Some(text) => (name.to_string(), text.to_string()),
        None => loader.load(name)?,
    };
    let at = loaded.modules.len();
    known.insert(name.to_string(), at);
    read(loaded, name.to_string(), file, text);
    Some(at)
}

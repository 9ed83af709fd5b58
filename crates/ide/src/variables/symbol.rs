//! Which variable stands at an offset.

use std::sync::Arc;

use infragen_flux::substitute::is_variable_name;
use infragen_syntax::{TextRange, TextSize};
use infragen_workspace::{
    Application, Db, Environment, SourceFile, Substitution, VariableDefinition, VariableUse,
    cluster, substitutions, text, variable_definitions, variable_receivers, variable_uses,
};
use smol_str::SmolStr;

/// A variable at an offset.
#[derive(Debug, Clone)]
pub(crate) struct Symbol {
    /// Its name.
    pub name: SmolStr,
    /// The text that means it.
    pub range: TextRange,
    /// The name in that.
    pub name_range: TextRange,
    /// What stands there.
    pub what: What,
    /// The Flux Kustomizations whose variable it is.
    pub applications: Vec<Applied>,
}

/// What stands at the offset.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum What {
    /// A reference, with those who put a value there.
    Use(VariableUse, Vec<Substitution>),
    /// The text that sets it.
    Definition,
}

/// A Flux Kustomization of an environment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Applied {
    pub environment: Environment,
    pub number: usize,
}

impl Applied {
    pub fn of(substitution: &Substitution) -> Applied {
        Applied {
            environment: substitution.environment.clone(),
            number: substitution.number,
        }
    }

    /// The texts that set a variable there, the one that counts first.
    pub fn definitions(
        &self,
        db: &dyn Db,
        file: SourceFile,
        name: &SmolStr,
    ) -> Arc<Vec<VariableDefinition>> {
        let (root, environment) = (file.root(db), self.environment.clone());
        variable_definitions(db, root, environment, self.number, name.clone())
    }

    /// What it says.
    pub fn application(&self, db: &dyn Db, file: SourceFile) -> Option<Application> {
        let cluster = cluster(db, file.root(db), self.environment.clone());
        cluster.applications.get(self.number).cloned()
    }
}

/// The variable at an offset of a file; none where nothing puts values there, and where no Flux Kustomization takes
/// the name from there.
pub(crate) fn symbol_at(db: &dyn Db, file: SourceFile, offset: TextSize) -> Option<Symbol> {
    used_at(db, file, offset).or_else(|| defined_at(db, file, offset))
}

fn used_at(db: &dyn Db, file: SourceFile, offset: TextSize) -> Option<Symbol> {
    let uses = variable_uses(db, file);
    // Of references in references, the innermost one begins last.
    let here = |used: &&VariableUse| used.range.contains_inclusive(offset);
    let used = uses.uses.iter().rev().find(here)?;
    let putting: Vec<_> = putting(db, file, used);
    if putting.is_empty() {
        return None;
    }
    Some(Symbol {
        name: used.name.clone(),
        range: used.range,
        name_range: used.name_range,
        applications: putting.iter().map(Applied::of).collect(),
        what: What::Use(used.clone(), putting),
    })
}

/// Those who put a value where a file uses a variable.
pub(crate) fn putting(db: &dyn Db, file: SourceFile, used: &VariableUse) -> Vec<Substitution> {
    let all = substitutions(db, file);
    let putting = all.iter().filter(|substitution| substitution.reaches(used));
    putting.cloned().collect()
}

fn defined_at(db: &dyn Db, file: SourceFile, offset: TextSize) -> Option<Symbol> {
    let text = text(db, file).ok()?;
    let range = word_at(&text, offset)?;
    let name = SmolStr::new(&text[range]);
    let mut applications = Vec::new();
    for (environment, number) in variable_receivers(db, file).iter() {
        let applied = Applied {
            environment: environment.clone(),
            number: *number,
        };
        let is_known = applied
            .application(db, file)
            .is_some_and(|application| application.variables.known.contains_key(&name));
        if !is_known {
            continue;
        }
        let definitions = applied.definitions(db, file, &name);
        if definitions.iter().any(|definition| {
            definition.file == file && definition.named && definition.range == range
        }) {
            applications.push(applied);
        }
    }
    (!applications.is_empty()).then_some(Symbol {
        name,
        range,
        name_range: range,
        what: What::Definition,
        applications,
    })
}

/// The word around an offset that can be the name of a variable.
fn word_at(text: &str, offset: TextSize) -> Option<TextRange> {
    let at = usize::from(offset);
    let is_part = |byte: &u8| byte.is_ascii_alphanumeric() || *byte == b'_';
    let bytes = text.as_bytes();
    let before = bytes
        .get(..at)?
        .iter()
        .rev()
        .take_while(|byte| is_part(byte));
    let after = bytes.get(at..)?.iter().take_while(|byte| is_part(byte));
    let (start, end) = (at - before.count(), at + after.count());
    let range = TextRange::new(
        TextSize::try_from(start).ok()?,
        TextSize::try_from(end).ok()?,
    );
    is_variable_name(&text[range]).then_some(range)
}

//! What Flux applies of some files: as it is here, and by an oracle, Flux's own libraries in a program of Go.

use std::collections::BTreeMap;
use std::io::{BufRead as _, BufReader, Write as _};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::sync::Arc;

use camino::Utf8Path;
use infragen_flux::kustomization::{KustomizationSpec, VariableSource, Variables, finish};
use infragen_flux::substitute::Missing;
use infragen_kustomize::{Additions, Built, Path, Value, build_as_flux, print, read_file};
use serde_json::json;

use crate::memory::Memory;

/// What is applied: the objects as one text, or why nothing is.
pub type Outcome = Result<String, String>;

/// A Flux Kustomization with the files of its source.
#[derive(Debug, Clone, Default)]
pub struct Case {
    /// The files of the artifact by path.
    pub files: BTreeMap<String, String>,
    /// The directory to build, as the path of the Flux Kustomization leads to it.
    pub directory: String,
    /// The text of the Flux Kustomization.
    pub kustomization: String,
    /// The texts of the objects in the cluster.
    pub objects: Vec<String>,
    /// Whether a variable without a value is an error.
    pub strict: bool,
}

impl Case {
    /// What is applied by the code of this project.
    pub fn ours(&self) -> Outcome {
        let memory = Memory::new(
            self.files
                .iter()
                .map(|(path, text)| (path.as_str(), text.clone())),
        )
        .as_flux();
        let kustomization = object(&self.kustomization)?;
        let spec = KustomizationSpec::read(&kustomization);
        let objects: Vec<Value> = self
            .objects
            .iter()
            .map(|text| object(text))
            .collect::<Result<_, _>>()?;
        let variables = match &spec.post_build {
            Some(post_build) => {
                Variables::of(post_build, |source| Some(given(&objects, &spec, source)))
            }
            None => Variables::default(),
        };
        let file = Path::from(Utf8Path::new("\0"));
        let additions =
            Additions::new(file, spec.additions.clone(), spec.ignore_missing_components);
        let mut built = build_as_flux(&memory, self.directory.as_str().into(), &additions);
        let missing = match self.strict {
            true => Missing::Fails,
            false => Missing::IsEmpty,
        };
        let problems = finish(
            &spec,
            &variables,
            missing.into(),
            None,
            &mut built.resources,
        );
        let mut errors = std::mem::take(&mut built.errors);
        errors.extend(problems.into_iter().map(|problem| Arc::new(problem.error)));
        let printed = print(Built {
            resources: built.resources,
            errors,
            ..Built::default()
        });
        if printed.errors.is_empty() {
            return Ok(printed.yaml);
        }
        let messages = printed.errors.iter();
        let messages = messages.map(|error| format!("{}: {}", error.place.file, error.message));
        Err(messages.collect::<Vec<_>>().join("\n"))
    }
}

/// The variables of an object of the cluster; one that is not there is optional, and gives none.
fn given(objects: &[Value], spec: &KustomizationSpec, source: &VariableSource) -> Arc<Variables> {
    let text = |object: &Value, path: &[&str]| {
        let text = object.at(path).and_then(Value::as_str);
        text.unwrap_or_default().to_owned()
    };
    let found = objects.iter().find(|object| {
        text(object, &["kind"]) == source.kind
            && text(object, &["metadata", "name"]) == source.name
            && text(object, &["metadata", "namespace"]) == spec.namespace
    });
    let mut variables = Variables::default();
    if let Some(object) = found {
        variables.add_object(object);
    }
    Arc::new(variables)
}

/// The object of a text.
fn object(text: &str) -> Result<Value, String> {
    let file = "object.yaml";
    let memory = Memory::new([(file, text.to_owned())].into_iter());
    let mut found = read_file(&memory, file.into());
    match found.errors.first() {
        Some(error) => Err(error.message.clone()),
        None => match found.resources.len() {
            1 => Ok(found.resources.remove(0).value),
            count => Err(format!("{count} objects instead of one")),
        },
    }
}

/// The oracle: a program that answers one question after the other.
#[derive(Debug)]
pub struct Oracle {
    program: Child,
    questions: Option<ChildStdin>,
    answers: BufReader<ChildStdout>,
}

impl Oracle {
    /// Starts it, if `INFRAGEN_GO` names the command of Go; the first time that loads the libraries.
    ///
    /// # Panics
    /// It does not start.
    #[allow(clippy::unwrap_used)] // without it there is no test
    pub fn start() -> Option<Oracle> {
        let go = std::env::var_os("INFRAGEN_GO")?;
        let mut program = Command::new(go)
            .args(["run", "."])
            .current_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/oracles/flux"))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let questions = program.stdin.take();
        let answers = BufReader::new(program.stdout.take().unwrap());
        Some(Oracle {
            program,
            questions,
            answers,
        })
    }

    /// What Flux applies of a case.
    ///
    /// # Panics
    /// The files cannot be written, or the program has ended.
    #[allow(clippy::unwrap_used)] // see above
    pub fn ask(&mut self, case: &Case) -> Outcome {
        let folder = tempfile::tempdir().unwrap();
        let top = Utf8Path::from_path(folder.path()).unwrap();
        for (path, text) in &case.files {
            let file = top.join(path);
            std::fs::create_dir_all(file.parent().unwrap()).unwrap();
            std::fs::write(file, text).unwrap();
        }
        self.ask_of(top, case)
            .map_err(|error| error.replace(top.as_str(), ""))
    }

    /// What Flux applies of a case whose files are in a folder. They are as they were after that.
    ///
    /// # Panics
    /// The program has ended.
    #[allow(clippy::unwrap_used)] // see above
    pub fn ask_of(&mut self, top: &Utf8Path, case: &Case) -> Outcome {
        let question = json!({
            "root": top,
            "directory": case.directory,
            "kustomization": case.kustomization,
            "objects": case.objects,
            "strict": case.strict,
        });
        writeln!(self.questions.as_mut().unwrap(), "{question}").unwrap();
        let mut answer = String::new();
        self.answers.read_line(&mut answer).unwrap();
        let answer: serde_json::Value = serde_json::from_str(&answer).unwrap();
        match answer["error"].as_str() {
            Some(error) => Err(error.to_owned()),
            None => Ok(answer["yaml"].as_str().unwrap().to_owned()),
        }
    }
}

impl Drop for Oracle {
    fn drop(&mut self) {
        // It ends where its questions do. Nothing depends on how.
        drop(self.questions.take());
        let _ = self.program.wait();
    }
}

//! The keys that a kustomization file may have, as kustomize's strict decoder sees them.

/// One mapping of a kustomization file and the keys that it may have.
#[derive(Debug, Clone, Copy)]
pub struct Keys {
    /// Path of the mapping from the root of the file; `[]` is every item of a list.
    pub path: &'static [&'static str],
    /// Its keys; kustomize compares them without case.
    pub keys: &'static [&'static str],
}

/// Every mapping whose keys are fixed. What is absent here (`openapi`, `helmCharts`, labels) is free, or
/// changes from release to release. Each key was tried with kustomize 5.8.1.
pub const KEYS: &[Keys] = &[
    Keys {
        path: &[],
        keys: &[
            "apiVersion",
            "kind",
            "metadata",
            "resources",
            "components",
            "namespace",
            "namePrefix",
            "nameSuffix",
            "labels",
            "commonAnnotations",
            "patches",
            "images",
            "replicas",
            "replacements",
            "configMapGenerator",
            "secretGenerator",
            "generatorOptions",
            "helmCharts",
            "helmGlobals",
            "configurations",
            "crds",
            "openapi",
            "generators",
            "transformers",
            "validators",
            "buildMetadata",
            "sortOptions",
            "bases",
            "commonLabels",
            "patchesStrategicMerge",
            "patchesJson6902",
            "imageTags",
            "vars",
            "helmChartInflationGenerator",
        ],
    },
    Keys {
        path: &["metadata"],
        keys: &["name", "namespace", "labels", "annotations"],
    },
    Keys {
        path: &["labels", "[]"],
        keys: &["pairs", "includeSelectors", "includeTemplates", "fields"],
    },
    Keys {
        path: &["labels", "[]", "fields", "[]"],
        keys: &["path", "group", "version", "kind", "create"],
    },
    PATCH,
    Keys {
        path: &["patches", "[]", "target"],
        ..TARGET
    },
    Keys {
        path: &["patches", "[]", "options"],
        keys: &["allowNameChange", "allowKindChange"],
    },
    Keys {
        path: &["patchesJson6902", "[]"],
        ..PATCH
    },
    Keys {
        path: &["patchesJson6902", "[]", "target"],
        ..TARGET
    },
    Keys {
        path: &["images", "[]"],
        keys: &["name", "newName", "newTag", "tagSuffix", "digest"],
    },
    Keys {
        path: &["replicas", "[]"],
        keys: &["name", "count"],
    },
    Keys {
        path: &["replacements", "[]"],
        keys: &["path", "source", "sourceValue", "targets"],
    },
    Keys {
        path: &["configMapGenerator", "[]"],
        keys: &[
            "name",
            "namespace",
            "behavior",
            "literals",
            "files",
            "envs",
            "env",
            "options",
        ],
    },
    Keys {
        path: &["secretGenerator", "[]"],
        keys: &[
            "name",
            "namespace",
            "behavior",
            "type",
            "literals",
            "files",
            "envs",
            "env",
            "options",
        ],
    },
    GENERATOR_OPTIONS,
    Keys {
        path: &["configMapGenerator", "[]", "options"],
        ..GENERATOR_OPTIONS
    },
    Keys {
        path: &["secretGenerator", "[]", "options"],
        ..GENERATOR_OPTIONS
    },
];

const PATCH: Keys = Keys {
    path: &["patches", "[]"],
    keys: &["path", "patch", "target", "options"],
};

const TARGET: Keys = Keys {
    path: &["patches", "[]", "target"],
    keys: &[
        "group",
        "version",
        "kind",
        "name",
        "namespace",
        "labelSelector",
        "annotationSelector",
    ],
};

const GENERATOR_OPTIONS: Keys = Keys {
    path: &["generatorOptions"],
    keys: &[
        "labels",
        "annotations",
        "disableNameSuffixHash",
        "immutable",
    ],
};

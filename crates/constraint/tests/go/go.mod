module infragen/constraint

go 1.25.0

require (
	github.com/Masterminds/semver/v3 v3.5.0
	github.com/fluxcd/pkg/version v0.10.0
)

replace github.com/Masterminds/semver/v3 => github.com/Masterminds/semver/v3 v3.5.0

module infragen/constraint

go 1.24.0

require (
	github.com/Masterminds/semver/v3 v3.3.1
	github.com/fluxcd/pkg/version v0.7.0
)

replace github.com/Masterminds/semver/v3 => github.com/Masterminds/semver/v3 v3.3.1

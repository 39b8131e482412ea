# Of go mod vendor; "make vendor-hash" writes it and "make lint" checks it.
"sha256-Cacbo1lyjmAQv936f84fM5ZcNLldOJtCExvoWTMNN6o="

"""Rule packs: one ``pack.yaml`` becomes rules, tests, catalogue, defaults and pages."""

"""Access, the engine only: who may do what with what. Predicates stand in domain, their SQL twin in queries; ids, no
pages."""

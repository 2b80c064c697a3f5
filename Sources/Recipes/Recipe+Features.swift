/// What the developer guide offers with some recipes only.
extension Recipe {
    /// Whether a version may be made with the training mode UPDATE (API reference, "CreateSolutionVersion").
    package var takesUpdates: Bool { ["aws-user-personalization", "aws-hrnn-coldstart"].contains(name) }

    /// Whether a solution may keep itself up to date between its trainings. The API reference allows it for
    /// `aws-semantic-similarity` where it describes solutions, and for what takes updates where it describes versions.
    package var takesIncrementalUpdates: Bool { takesUpdates || name == "aws-semantic-similarity" }

    /// Whether recommendations may serve an objective beside relevance (developer guide, "Optimizing a solution for an
    /// additional objective").
    package var takesObjective: Bool { ["aws-user-personalization", "aws-personalized-ranking"].contains(name) }

    /// Whether it is one of Palate's own, which the managed service does not have.
    package var isOwn: Bool { name.hasPrefix("palate-") }

    /// Whether it is a name of old for another recipe, which a search for a recipe need not try beside that one.
    package var isLegacy: Bool { name.hasPrefix("aws-hrnn") }

    /// Whether automatic machine learning may choose it: every custom recipe of the type USER_PERSONALIZATION.
    package var isChosenByMetric: Bool { recipeType == .userPersonalization && domain == nil }
}

/// Ranks items for the lines of a batch inference job, as a campaign of the same solution version would.
///
/// Answers depend on the line alone, and may be asked for from many threads.
package protocol BatchRanking: Sendable {
    /// The best items for a line.
    ///
    /// - Parameter count: At most so many; nil for the documented default.
    /// - Throws: ``BatchLineError`` when the line cannot be answered.
    func rank(_ line: BatchLine, count: Int?) throws(BatchLineError) -> RankedLine
}

/// Items, best first.
package struct RankedLine: Sendable {
    package let items: [String]
    /// One for each item; nil when the recipe has none (developer guide, "Batch inference job output examples").
    package let scores: [Double]?

    package init(items: [String], scores: [Double]?) {
        self.items = items
        self.scores = scores
    }
}

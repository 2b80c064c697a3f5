/// A number of each item of which recommendations should bring much, such as a price or a length, beside being relevant.
///
/// With s the scores of relevance, S the spread of their best hundred (the best less the hundredth best), r the share of
/// the catalogue's values that are below the item's, ties counted by half, and e the emphasis, a list is ranked by
///
///     (1 - e) · s + e · S · r
///
/// so that at 0.5 the best item of the catalogue by the number is lifted by as much as separates the first of a list from
/// the hundredth. Shares instead of the numbers themselves keep a few extreme values from ruling the list; the product
/// with S makes the formula the same for every algorithm's scale.
public struct ItemObjective: Sendable, Equatable {
    /// By item identifier.
    public var values: [String: Double]
    /// From 0, relevance alone, to 1, the number alone.
    public var emphasis: Double

    public init(values: [String: Double], emphasis: Double) {
        self.values = values
        self.emphasis = emphasis
    }
}

/// The figures that a public walk-through of the managed service printed for the same data and recipe
/// (user-personalization on MovieLens small as click and watch events).
enum PublishedMetrics {
    static let rows: [(name: String, published: Double)] = [
        ("coverage", 0.0845),
        ("mean_reciprocal_rank_at_25", 0.3782),
        ("normalized_discounted_cumulative_gain_at_5", 0.3253),
        ("normalized_discounted_cumulative_gain_at_10", 0.3452),
        ("normalized_discounted_cumulative_gain_at_25", 0.398),
        ("precision_at_5", 0.0821),
        ("precision_at_10", 0.0554),
        ("precision_at_25", 0.0371),
    ]
}

import Datasets
import Foundation
import GRDB
import PersonalizeAPI

extension ControlPlane {
    /// The metrics that events of a group add to; nil when no metric attribution of the group is ACTIVE.
    func attributionPlan(ofDatasetGroup arn: String, in database: Database) throws -> AttributionPlan? {
        let attributions = try ResourceStore.list(MetricAttributionResource.self, referencing: arn, in: database)
        guard let attribution = attributions.map(\.resource).first(where: { $0.status == .active }) else { return nil }
        let items = try ResourceStore.dataset(.items, ofGroup: arn, in: database)
        return try AttributionPlan(attribution, items: items.flatMap { $0.status.isBeingDeleted ? nil : $0 })
    }

    /// What events add to the sums of their group's metrics.
    ///
    /// - Throws: `PersonalizeError` with `InvalidInputException` for a source that is one too many, and `SegmentError`
    ///   when the items cannot be read.
    func attributedValues(of records: [StreamedRecord], in target: RecordTarget) async throws -> [AttributedValue] {
        guard let plan = target.attribution else { return [] }
        let now = Int64(clock().timeIntervalSince1970)
        let measured = records.filter { record in
            AttributionPlan.isRecent(record.time, now: now) && plan.measures(record.cells["EVENT_TYPE"] ?? "")
        }
        guard !measured.isEmpty else { return [] }
        let itemValue = try await itemValues(for: plan, items: Set(measured.compactMap { $0.cells["ITEM_ID"] }))
        var values: [AttributedValue] = []
        for record in measured {
            let cells = record.cells
            let source = try await source(
                named: cells["EVENT_ATTRIBUTION_SOURCE"], recommendation: cells["RECOMMENDATION_ID"])
            let eventType = cells["EVENT_TYPE"] ?? ""
            plan.forEachValue(
                ofEventType: eventType, cell: { cells[$0] }, itemValue: { itemValue(cells["ITEM_ID"] ?? "", $0) }
            ) { metric, value in
                values.append(
                    plan.value(value, of: metric, eventType: eventType, source: source, time: record.time))
            }
        }
        if let excess = try await excessSource(of: values, plan) {
            throw PersonalizeError.invalidInput(
                "The event attribution source \(excess.prefix(100)) would be one too many: a metric attribution can have "
                    + "at most \(settings.quotas.eventAttributionSources).")
        }
        return values
    }

    func itemValues(
        for plan: AttributionPlan, items: Set<String>
    ) async throws -> @Sendable (_ item: String, _ column: String) -> Double? {
        guard plan.needsItems, let dataset = plan.items else { return { _, _ in nil } }
        return try await itemValues.values(
            ofItems: items, in: dataset, DatasetContents(controlPlane: self))
    }

    /// Who is to be credited with an event: the source that it names, or else who gave the recommendation (developer
    /// guide, "Event metrics and attribution reports").
    func source(named name: String?, recommendation: String?) async throws -> String {
        if let name, !name.isEmpty { return name }
        guard let recommendation else { return AttributionPlan.undefinedSource }
        return try await answerSources.arn(ofRecommendation: recommendation, in: database)
            ?? AttributionPlan.undefinedSource
    }

    /// The source that is one too many for an attribution, if one is.
    func excessSource(of values: [AttributedValue], _ plan: AttributionPlan) async throws -> String? {
        let sources = Set(values.map(\.series.source)).subtracting([AttributionPlan.undefinedSource])
        return try await attributionSources.excess(
            of: sources, owner: plan.key, version: "", limit: settings.quotas.eventAttributionSources
        ) {
            try await streamedRecords.sources(of: plan.key).subtracting([AttributionPlan.undefinedSource])
        }
    }
}

extension AttributionPlan {
    func value(
        _ value: Double, of metric: Metric, eventType: String, source: String, time: Int64
    ) -> AttributedValue {
        AttributedValue(
            series: AttributedSeries(
                attribution: key, metric: metric.name, eventType: eventType, function: metric.function.name,
                source: source),
            window: Self.window(of: time), value: value)
    }
}

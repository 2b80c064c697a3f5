import Datasets
import GRDB
import PersonalizeAPI

/// A dataset that takes records, and what is needed to check and count them.
struct RecordTarget: Sendable {
    let dataset: DatasetResource
    let schema: Datasets.DatasetSchema
    let limits: DatasetLimits
    /// Only of interactions, and only where a metric attribution is ACTIVE.
    var attribution: AttributionPlan?
    private let reader: RecordReader

    /// Property names that an event cannot have (API reference, "Event").
    private static let reservedProperties = [
        "userId", "sessionId", "eventType", "timestamp", "recommendationId", "impression",
    ]

    init(dataset: DatasetResource, schema: Datasets.DatasetSchema, limits: DatasetLimits) {
        self.dataset = dataset
        self.schema = schema
        self.limits = limits
        reader = RecordReader(
            schema, reserved: schema.type.isInteractions ? Self.reservedProperties : [], limits: limits)
    }

    /// - Parameter place: Where the record stands in the request, for messages.
    func cells(
        at place: @autoclosure () -> String, given: [String: String], properties: String?, optional: Set<String> = []
    ) throws -> [String: String] {
        do {
            return try reader.cells(given: given, properties: properties, optional: optional)
        } catch {
            throw PersonalizeError.invalidInput("\(place()): \(error)")
        }
    }
}

extension ControlPlane {
    /// The interactions dataset behind a tracking identifier.
    ///
    /// - Throws: `PersonalizeError` with `InvalidInputException`, the one error that the service model gives PutEvents.
    func eventTarget(trackingId: String) async throws -> RecordTarget {
        try await targets.value("tracker/\(trackingId)") {
            try await database.pool.read { database in
                let trackers = try ResourceStore.list(EventTrackerResource.self, in: database)
                guard let tracker = trackers.map(\.resource).first(where: { $0.trackingId == trackingId }) else {
                    throw PersonalizeError.invalidInput("There is no event tracker with the trackingId \(trackingId).")
                }
                guard tracker.status == .active else {
                    throw PersonalizeError.invalidInput(
                        "The event tracker \(tracker.arn) is in state \(tracker.status.rawValue), not ACTIVE.")
                }
                let datasets = try ResourceStore.list(
                    DatasetResource.self, referencing: tracker.datasetGroupArn, in: database
                ).map(\.resource)
                guard
                    let dataset = datasets.first(where: {
                        $0.datasetType == DatasetType.interactions.rawValue && $0.status == .active
                    })
                else {
                    throw PersonalizeError.invalidInput(
                        "The dataset group \(tracker.datasetGroupArn) has no ACTIVE interactions dataset for the events."
                    )
                }
                var target = try self.recordTarget(dataset, in: database)
                target.attribution = try self.attributionPlan(ofDatasetGroup: tracker.datasetGroupArn, in: database)
                return target
            }
        }
    }

    /// The action interactions dataset that has a tracking identifier.
    func actionTarget(trackingId: String) async throws -> RecordTarget {
        try await targets.value("actions/\(trackingId)") {
            try await database.pool.read { database in
                let datasets = try ResourceStore.list(DatasetResource.self, in: database)
                guard let dataset = datasets.map(\.resource).first(where: { $0.trackingId == trackingId }) else {
                    throw PersonalizeError.notFound("Could not find a dataset with the trackingId \(trackingId).")
                }
                try Self.checkIsActive(dataset)
                return try self.recordTarget(dataset, in: database)
            }
        }
    }

    /// A dataset of items, users or actions.
    func recordTarget(datasetArn: String, type: DatasetType) async throws -> RecordTarget {
        try await targets.value("\(type.rawValue)/\(datasetArn)") {
            try await database.pool.read { database in
                let dataset: DatasetResource = try ResourceStore.get(datasetArn, in: database)
                guard dataset.datasetType == type.rawValue else {
                    throw PersonalizeError.invalidInput(
                        "The dataset \(datasetArn) is of the type \(dataset.datasetType), not \(type.rawValue).")
                }
                try Self.checkIsActive(dataset)
                return try self.recordTarget(dataset, in: database)
            }
        }
    }

    private func recordTarget(_ dataset: DatasetResource, in database: Database) throws -> RecordTarget {
        let schema: SchemaResource = try ResourceStore.get(dataset.schemaArn, in: database)
        return RecordTarget(
            dataset: dataset, schema: try parsed(schema), limits: settings.datasetLimits)
    }

    func parsed(_ schema: SchemaResource) throws -> Datasets.DatasetSchema {
        try Datasets.DatasetSchema(
            json: schema.schema, domain: try Self.domain(schema.domain), limits: settings.datasetLimits)
    }
}

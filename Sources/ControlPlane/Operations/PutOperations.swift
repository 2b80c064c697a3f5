import Datasets
import Foundation
import GRDB
package import PersonalizeAPI
import Synchronization

/// Records that come one by one. Each function answers after its records are durable.
extension ControlPlane {
    /// Property names that an event cannot have (API reference, "Event").
    private static let reservedProperties = [
        "userId", "sessionId", "eventType", "timestamp", "recommendationId", "impression",
    ]

    package func putEvents(_ input: PutEventsRequest) async throws -> NoOutput {
        let target = try await eventTarget(trackingId: input.trackingId)
        let records = try input.eventList.enumerated().map { index, event in
            var given = ["EVENT_TYPE": event.eventType]
            given["ITEM_ID"] = event.itemId
            if let value = event.eventValue {
                guard value.isFinite else {
                    throw PersonalizeError.invalidInput("eventList[\(index)].eventValue must be a finite number.")
                }
                given["EVENT_VALUE"] = "\(value)"
            }
            given["IMPRESSION"] = event.impression?.joined(separator: "|")
            given["RECOMMENDATION_ID"] = event.recommendationId
            given["EVENT_ATTRIBUTION_SOURCE"] = event.metricAttribution?.eventAttributionSource
            return try eventRecord(
                at: "eventList[\(index)]", user: input.userId, session: input.sessionId, moment: event.sentAt,
                momentName: "sentAt", identifier: event.eventId, given: given, properties: event.properties?.text,
                in: target)
        }
        try await streamedRecords.append(records, to: target.dataset.stream)
        return NoOutput()
    }

    package func putActionInteractions(_ input: PutActionInteractionsRequest) async throws -> NoOutput {
        let target = try await actionTarget(trackingId: input.trackingId)
        let records = try input.actionInteractions.enumerated().map { index, event in
            var given = ["EVENT_TYPE": event.eventType, "ACTION_ID": event.actionId]
            given["IMPRESSION"] = event.impression?.joined(separator: "|")
            given["RECOMMENDATION_ID"] = event.recommendationId
            return try eventRecord(
                at: "actionInteractions[\(index)]", user: event.userId, session: event.sessionId,
                moment: event.timestamp, momentName: "timestamp", identifier: event.eventId, given: given,
                properties: event.properties?.text, in: target)
        }
        try await streamedRecords.append(records, to: target.dataset.stream)
        return NoOutput()
    }

    package func putItems(_ input: PutItemsRequest) async throws -> NoOutput {
        try await put(
            input.items.map { ($0.itemId, $0.properties?.text) }, named: "items", into: input.datasetArn, of: .items)
    }

    package func putUsers(_ input: PutUsersRequest) async throws -> NoOutput {
        try await put(
            input.users.map { ($0.userId, $0.properties?.text) }, named: "users", into: input.datasetArn, of: .users)
    }

    package func putActions(_ input: PutActionsRequest) async throws -> NoOutput {
        try await put(
            input.actions.map { ($0.actionId, $0.properties?.text) }, named: "actions", into: input.datasetArn,
            of: .actions)
    }

    private func put(
        _ rows: [(identifier: String, properties: String?)], named list: String, into datasetArn: String,
        of type: DatasetType
    ) async throws -> NoOutput {
        let target = try await database.pool.read { database in
            let dataset: DatasetResource = try ResourceStore.get(datasetArn, in: database)
            guard dataset.datasetType == type.rawValue else {
                throw PersonalizeError.invalidInput(
                    "The dataset \(datasetArn) is of the type \(dataset.datasetType), not \(type.rawValue).")
            }
            try Self.checkIsActive(dataset)
            return try self.recordTarget(dataset, in: database)
        }
        let now = Int64(clock().timeIntervalSince1970)
        let records = try rows.enumerated().map { index, row in
            let cells = try target.cells(
                at: "\(list)[\(index)]", given: [type.subjectField: row.identifier], properties: row.properties)
            return StreamedRecord(user: type == .users ? row.identifier : nil, time: now, cells: cells)
        }
        try await streamedRecords.append(records, to: target.dataset.stream)
        await hosting.host?.follow(datasetGroupArn: target.dataset.datasetGroupArn)
        return NoOutput()
    }
}

/// A dataset that takes records, and its schema.
struct RecordTarget: Sendable {
    let dataset: DatasetResource
    let schema: Datasets.DatasetSchema
    let limits: DatasetLimits

    /// - Parameter place: Where the record stands in the request, for messages.
    func cells(
        at place: String, given: [String: String], properties: String?, reserved: [String] = [],
        optional: Set<String> = []
    ) throws -> [String: String] {
        do {
            return try schema.cells(
                given: given, properties: properties, reserved: reserved, optional: optional, limits: limits)
        } catch {
            throw PersonalizeError.invalidInput("\(place): \(error)")
        }
    }
}

extension ControlPlane {
    private func eventRecord(
        at place: String, user: String?, session: String, moment: Timestamp, momentName: String, identifier: String?,
        given: [String: String], properties: String?, in target: RecordTarget
    ) throws -> StreamedRecord {
        let milliseconds = moment.milliseconds
        let seconds = milliseconds >= 0 ? milliseconds / 1000 : -1
        var given = given
        given["TIMESTAMP"] = String(seconds)
        given["USER_ID"] = user
        guard seconds >= 0 else {
            throw PersonalizeError.invalidInput("\(place).\(momentName) is before 1970.")
        }
        var cells = try target.cells(
            at: place, given: given, properties: properties, reserved: Self.reservedProperties, optional: ["USER_ID"])
        cells["USER_ID"] = nil
        return StreamedRecord(
            user: user, session: session, eventIdentifier: identifier, time: seconds, cells: cells)
    }

    func recordTarget(_ dataset: DatasetResource, in database: Database) throws -> RecordTarget {
        let schema: SchemaResource = try ResourceStore.get(dataset.schemaArn, in: database)
        return RecordTarget(
            dataset: dataset, schema: try parsed(schema), limits: settings.datasetLimits)
    }

    func parsed(_ schema: SchemaResource) throws -> Datasets.DatasetSchema {
        try Datasets.DatasetSchema(
            json: schema.schema, domain: try Self.domain(schema.domain), limits: settings.datasetLimits)
    }

    /// The interactions dataset behind a tracking identifier.
    ///
    /// - Throws: `PersonalizeError` with `InvalidInputException`, the one error that the service model gives PutEvents.
    private func eventTarget(trackingId: String) async throws -> RecordTarget {
        let known = trackers.arn(of: trackingId)
        return try await database.pool.read { database in
            var tracker = try known.flatMap { try ResourceStore.find($0, as: EventTrackerResource.self, in: database) }
            if tracker?.trackingId != trackingId {
                tracker = try ResourceStore.list(EventTrackerResource.self, in: database)
                    .first { $0.resource.trackingId == trackingId }?.resource
            }
            guard let tracker else {
                throw PersonalizeError.invalidInput("There is no event tracker with the trackingId \(trackingId).")
            }
            self.trackers.note(tracker.arn, of: trackingId)
            guard tracker.status == .active else {
                throw PersonalizeError.invalidInput(
                    "The event tracker \(tracker.arn) is in state \(tracker.status.rawValue), not ACTIVE.")
            }
            let datasets = try ResourceStore.list(
                DatasetResource.self, referencing: tracker.datasetGroupArn, in: database)
            guard
                let dataset = datasets.map(\.resource).first(where: {
                    $0.datasetType == DatasetType.interactions.rawValue && $0.status == .active
                })
            else {
                throw PersonalizeError.invalidInput(
                    "The dataset group \(tracker.datasetGroupArn) has no ACTIVE interactions dataset for the events.")
            }
            return try self.recordTarget(dataset, in: database)
        }
    }

    /// The action interactions dataset that has a tracking identifier.
    private func actionTarget(trackingId: String) async throws -> RecordTarget {
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

/// Which tracker has a tracking identifier: a memory that saves PutEvents a search.
final class TrackerIndex: Sendable {
    private let arns = Mutex<[String: String]>([:])

    func arn(of trackingId: String) -> String? { arns.withLock { $0[trackingId] } }
    func note(_ arn: String, of trackingId: String) { arns.withLock { $0[trackingId] = arn } }
}

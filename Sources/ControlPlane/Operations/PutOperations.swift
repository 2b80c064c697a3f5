import Datasets
import Foundation
package import PersonalizeAPI

/// Records that come one by one. Each function answers after its records are durable.
extension ControlPlane {
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
            given[Impression.field] = impression(of: event, inDatasetGroup: target.dataset.datasetGroupArn)
            given["RECOMMENDATION_ID"] = event.recommendationId
            given["EVENT_ATTRIBUTION_SOURCE"] = event.metricAttribution?.eventAttributionSource
            return try eventRecord(
                at: "eventList[\(index)]", user: input.userId, session: input.sessionId, moment: event.sentAt,
                momentName: "sentAt", identifier: event.eventId, given: given, properties: event.properties?.text,
                in: target)
        }
        do {
            try await store(records, in: target)
        } catch is SegmentError {
            // An import may have replaced the data while it was being read.
            try await store(records, in: try await eventTarget(trackingId: input.trackingId))
        }
        return NoOutput()
    }

    /// What an event says was shown: its explicit impression, else the list that it names (developer guide, "Recording item
    /// interaction events with impressions data").
    private func impression(of event: Event, inDatasetGroup group: String) -> String? {
        let items =
            event.impression
            ?? event.recommendationId.flatMap {
                answeredLists.items(of: $0, inDatasetGroup: group)
            }
        return items?.joined(separator: "|")
    }

    private func store(_ records: [StreamedRecord], in target: RecordTarget) async throws {
        try await checkEventTypes(of: records, in: target)
        let values = try await attributedValues(of: records, in: target)
        let appended = try await streamedRecords.append(records, to: target.dataset.stream, counting: values)
        recentEvents.add(records, appended, to: target.dataset.stream)
        impressionTallies.tally(ofStream: target.dataset.stream)?.add(records, appended)
        if !values.isEmpty { await removeOldSums() }
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
        let target = try await recordTarget(datasetArn: datasetArn, type: type)
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

extension ControlPlane {
    private func eventRecord(
        at place: @autoclosure () -> String, user: String?, session: String, moment: Timestamp, momentName: String,
        identifier: String?,
        given: [String: String], properties: String?, in target: RecordTarget
    ) throws -> StreamedRecord {
        let milliseconds = moment.milliseconds
        let seconds = milliseconds >= 0 ? milliseconds / 1000 : -1
        var given = given
        given["TIMESTAMP"] = String(seconds)
        given["USER_ID"] = user
        guard seconds >= 0 else {
            throw PersonalizeError.invalidInput("\(place()).\(momentName) is before 1970.")
        }
        var cells = try target.cells(
            at: place(), given: given, properties: properties, optional: ["USER_ID"])
        cells["USER_ID"] = nil
        return StreamedRecord(
            user: user, session: session, eventIdentifier: identifier, time: seconds, cells: cells)
    }

    /// Refuses the event type that would be one too many (developer guide, "Amazon Personalize endpoints and quotas":
    /// distinct event types together with the optional metadata columns of a dataset of interactions).
    private func checkEventTypes(of records: [StreamedRecord], in target: RecordTarget) async throws {
        let dataset = target.dataset
        let types = Set(records.compactMap { $0.cells["EVENT_TYPE"] })
        let limit = target.limits.maximumEventTypesAndMetadataFields
        let columns = target.schema.metadataFields.count
        let excess = try await eventTypes.excess(
            of: types, owner: dataset.stream, version: dataset.bulkData?.directory ?? "", limit: limit - columns
        ) {
            let imported = try DatasetContents(controlPlane: self).directory(of: dataset)
                .map { try DatasetDirectory.eventTypes(of: $0) }
            return try await streamedRecords.eventTypes(in: dataset.stream).union(imported ?? [])
        }
        if let excess {
            throw PersonalizeError.invalidInput(
                "The event type \(excess) would be one too many: a dataset can have at most \(limit) event types and "
                    + "optional columns together, and \(dataset.arn) has \(columns) optional columns.")
        }
    }
}

package import PersonalizeAPI

extension ControlPlane {
    package func createEventTracker(_ input: CreateEventTrackerRequest) async throws -> CreateEventTrackerResponse {
        let tracker = EventTrackerResource(
            header: header(.eventTracker, name: input.name), datasetGroupArn: input.datasetGroupArn,
            trackingId: identifiers.trackingIdentifier(), accountId: settings.account)
        try await create(tracker, tags: input.tags, job: .activate) { database in
            let group: DatasetGroupResource = try ResourceStore.get(input.datasetGroupArn, in: database)
            try Self.checkIsActive(group)
            if let other = try ResourceStore.references(to: group.arn, from: .eventTracker, in: database).first {
                throw PersonalizeError.alreadyExists(
                    "The dataset group \(group.arn) already has the event tracker \(other); it can have one.")
            }
        }
        return CreateEventTrackerResponse(eventTrackerArn: tracker.arn, trackingId: tracker.trackingId)
    }

    package func describeEventTracker(
        _ input: DescribeEventTrackerRequest
    ) async throws -> DescribeEventTrackerResponse {
        let tracker: EventTrackerResource = try await describe(input.eventTrackerArn)
        return DescribeEventTrackerResponse(eventTracker: tracker.wire)
    }

    package func listEventTrackers(_ input: ListEventTrackersRequest) async throws -> ListEventTrackersResponse {
        let page = try await page(
            of: EventTrackerResource.self, referencing: input.datasetGroupArn, nextToken: input.nextToken,
            maxResults: input.maxResults)
        return ListEventTrackersResponse(eventTrackers: page.items.map(\.summary), nextToken: page.nextToken)
    }

    /// The events that came through the tracker stay in their dataset.
    package func deleteEventTracker(_ input: DeleteEventTrackerRequest) async throws -> NoOutput {
        try await delete(input.eventTrackerArn, as: EventTrackerResource.self)
        return NoOutput()
    }
}

extension IdentifierSource {
    /// In the form of a UUID.
    func trackingIdentifier() -> String {
        let digits = Array(hexadecimal() + hexadecimal())
        return [0..<8, 8..<12, 12..<16, 16..<20, 20..<32].map { String(digits[$0]) }.joined(separator: "-")
    }
}

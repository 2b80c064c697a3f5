import GRDB
package import PersonalizeAPI

extension ControlPlane {
    /// Adds tags to a resource; a tag whose key it already has gets the new value.
    package func tagResource(_ input: TagResourceRequest) async throws -> TagResourceResponse {
        let tags = try TagRules.checked(input.tags)
        try await database.pool.write { database in
            try Self.checkCanBeTagged(input.resourceArn, in: database)
            for tag in tags {
                try TagRow(arn: input.resourceArn, key: tag.key, value: tag.value).upsert(database)
            }
            try TagRules.checkCount(try TagRow.filter(TagRow.Columns.arn == input.resourceArn).fetchCount(database))
        }
        return TagResourceResponse()
    }

    /// Removes tags by their keys; a key that the resource does not have is no mistake.
    package func untagResource(_ input: UntagResourceRequest) async throws -> UntagResourceResponse {
        let keys = try TagRules.checked(keys: input.tagKeys)
        try await database.pool.write { database in
            try Self.checkCanBeTagged(input.resourceArn, in: database)
            _ = try TagRow.filter(TagRow.Columns.arn == input.resourceArn && keys.contains(TagRow.Columns.key))
                .deleteAll(database)
        }
        return UntagResourceResponse()
    }

    /// All tags of a resource, by key.
    package func listTagsForResource(
        _ input: ListTagsForResourceRequest
    ) async throws -> ListTagsForResourceResponse {
        let rows = try await database.pool.read { database in
            _ = try Self.taggable(input.resourceArn, in: database)
            return try TagRow.filter(TagRow.Columns.arn == input.resourceArn).order(TagRow.Columns.key)
                .fetchAll(database)
        }
        return ListTagsForResourceResponse(tags: rows.map { Tag(tagKey: $0.key, tagValue: $0.value) })
    }

    /// - Throws: `PersonalizeError` with `ResourceNotFoundException`, also for what cannot have tags.
    private static func taggable(_ arn: String, in database: Database) throws -> ResourceRow {
        let row = try ResourceRow.filter(ResourceRow.Columns.arn == arn).fetchOne(database)
        guard let row, row.kind.isTaggable else {
            throw PersonalizeError.notFound("Could not find a resource that can have tags with Arn \(arn).")
        }
        return row
    }

    private static func checkCanBeTagged(_ arn: String, in database: Database) throws {
        guard !(try taggable(arn, in: database).status.isBeingDeleted) else {
            throw PersonalizeError.inUse("The resource \(arn) is being deleted.")
        }
    }
}

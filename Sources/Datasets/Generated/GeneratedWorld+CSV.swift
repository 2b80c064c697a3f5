public import Foundation

extension GeneratedWorld {
    /// Writes `USER_ID,ITEM_ID,TIMESTAMP,EVENT_TYPE` in the order of time, without keeping the events in memory.
    ///
    /// - Returns: the bytes written.
    @discardableResult
    public func writeInteractions(to url: URL) throws(SegmentError) -> Int {
        let writer = try CSVWriter(creating: url)
        try writer.record(["USER_ID", "ITEM_ID", "TIMESTAMP", "EVENT_TYPE"])
        try forEachEvent { (event) throws(SegmentError) in
            writer.field(prefix: "u", event.user)
            writer.field(prefix: "i", event.item)
            writer.field(Int(event.timestamp))
            writer.field(event.type.rawValue)
            try writer.endRecord()
        }
        try writer.close()
        return writer.byteCount
    }

    /// Writes `ITEM_ID,TITLE,GENRES,PRICE,CREATION_TIMESTAMP`.
    public func writeItems(to url: URL) throws(SegmentError) {
        let writer = try CSVWriter(creating: url)
        try writer.record(["ITEM_ID", "TITLE", "GENRES", "PRICE", "CREATION_TIMESTAMP"])
        for index in 0..<configuration.items {
            let item = item(index)
            try writer.record([
                item.identifier, item.title, item.genres.joined(separator: "|"), "\(item.price)",
                "\(item.creationTimestamp)",
            ])
        }
        try writer.close()
    }

    /// Writes `USER_ID,AGE,MEMBERSHIP`.
    public func writeUsers(to url: URL) throws(SegmentError) {
        let writer = try CSVWriter(creating: url)
        try writer.record(["USER_ID", "AGE", "MEMBERSHIP"])
        for index in 0..<configuration.users {
            let user = user(index)
            try writer.record([user.identifier, "\(user.age)", user.membership])
        }
        try writer.close()
    }

    /// The schema of `writeInteractions(to:)`.
    public static let interactionsSchema = """
        {"type": "record", "name": "Interactions", "namespace": "com.amazonaws.personalize.schema", "fields": [
        {"name": "USER_ID", "type": "string"}, {"name": "ITEM_ID", "type": "string"},
        {"name": "TIMESTAMP", "type": "long"}, {"name": "EVENT_TYPE", "type": "string"}], "version": "1.0"}
        """

    /// The schema of `writeItems(to:)`.
    public static let itemsSchema = """
        {"type": "record", "name": "Items", "namespace": "com.amazonaws.personalize.schema", "fields": [
        {"name": "ITEM_ID", "type": "string"}, {"name": "TITLE", "type": "string"},
        {"name": "GENRES", "type": "string", "categorical": true}, {"name": "PRICE", "type": "float"},
        {"name": "CREATION_TIMESTAMP", "type": "long"}], "version": "1.0"}
        """

    /// The schema of `writeUsers(to:)`.
    public static let usersSchema = """
        {"type": "record", "name": "Users", "namespace": "com.amazonaws.personalize.schema", "fields": [
        {"name": "USER_ID", "type": "string"}, {"name": "AGE", "type": "int"},
        {"name": "MEMBERSHIP", "type": "string", "categorical": true}], "version": "1.0"}
        """

    /// Titles by item identifier.
    public var titles: [String: String] {
        Dictionary(
            uniqueKeysWithValues: (0..<configuration.items).lazy.map { index in
                let item = self.item(index)
                return (item.identifier, item.title)
            })
    }
}

import Datasets
import Recommenders
import Testing

/// Prefers the item that the request names, then the one that the user's attributes name.
private struct Obedient: Recommender {
    let items = Vocabulary(["a", "b", "c"])

    func scores(for history: History) -> [Float] { [3, 2, 1] }

    func scores(for history: History, in context: RequestContext) -> [Float] {
        items.identifiers.enumerated().map { item, name in
            if context.values["WANTED"] == name { return 9 }
            return context.userAttributes["LIKED"] == name ? 8 : scores(for: history)[item]
        }
    }
}

private struct Deaf: Recommender {
    let items = Vocabulary(["a", "b", "c"])

    func scores(for history: History) -> [Float] { [3, 2, 1] }
}

@Suite struct RequestContextTests {
    @Test func aRecommenderThatReadsTheContextIsGivenIt() {
        // As campaigns hold it.
        let recommender: any Recommender = Obedient()
        let context = RequestContext(userAttributes: ["LIKED": "b"], values: ["WANTED": "c"])
        #expect(recommender.recommendations(for: History(), in: context, count: 3).map(\.item) == [2, 1, 0])
        #expect(recommender.recommendations(for: History(), count: 3).map(\.item) == [0, 1, 2])
    }

    @Test func othersAnswerAsWithout() {
        let context = RequestContext(values: ["WANTED": "c"])
        #expect(Deaf().scores(for: History(), in: context) == [3, 2, 1])
    }

    @Test func attributesAreTheCellsOfTheUsersRow() throws {
        let schema = """
            {"type": "record", "name": "Users", "namespace": "com.amazonaws.personalize.schema", "fields": [
            {"name": "USER_ID", "type": "string"}, {"name": "KIND", "type": ["null", "string"], "categorical": true},
            {"name": "AGE", "type": ["null", "int"]}], "version": "1.0"}
            """
        let table = try MetadataTable(
            records: [["USER_ID": "u1", "KIND": "x|y", "AGE": "7"], ["USER_ID": "u2", "AGE": "8"]],
            schema: try DatasetSchema(json: schema))
        #expect(RequestContext(ofUser: "u1", in: table).userAttributes == ["KIND": "x|y", "AGE": "7"])
        #expect(RequestContext(ofUser: "u2", in: table).userAttributes == ["AGE": "8"])
        #expect(RequestContext(ofUser: "u3", in: table, values: ["D": "tv"]) == RequestContext(values: ["D": "tv"]))
        #expect(RequestContext(ofUser: nil, in: table) == .empty)
        #expect(RequestContext(ofUser: "u1", in: nil) == .empty)
    }
}

import Datasets
import Filters
import Testing

/// Items, one user and the user's events, as columns and as dictionaries.
private struct World {
    static let genres = ["Drama", "Crime", "Comedy", "Sci Fi", "é"]
    var catalogue: FilterCatalogue
    var context: FilterContext
    var naive: NaiveFilter

    init(seed: UInt64, itemCount: Int = 130) {
        var generator = SeededGenerator(seed: seed)
        var naive = NaiveFilter(
            items: [:], user: [:], events: [], currentItem: "i3", values: [:], eventsPerType: 4)
        var cells = Vocabulary()
        var codes: [UInt32] = []
        var studios: [String] = []
        var years: [Int64] = []
        var prices: [Double] = []
        var rows = Vocabulary()
        for item in 0..<itemCount where item % 7 != 5 {
            rows.insert("i\(item)")
            var known: [String: NaiveFilter.Cell] = ["ITEM_ID": .texts(["i\(item)"])]
            let own = Self.genres.filter { _ in generator.index(below: 3) == 0 }
            known["GENRES"] = own.isEmpty ? NaiveFilter.Cell.none : .texts(own)
            codes.append(own.isEmpty ? .max : UInt32(cells.insert(own.joined(separator: "|"))))
            let studio = ["", "A", "B|C"][generator.index(below: 3)]
            known["STUDIO"] = studio.isEmpty ? NaiveFilter.Cell.none : .texts([studio])
            studios.append(studio)
            let year: Int64? = generator.index(below: 4) == 0 ? nil : Int64(1990 + generator.index(below: 6))
            known["YEAR"] = year.map { .number(Double($0)) } ?? NaiveFilter.Cell.none
            years.append(year ?? MetadataColumn.nullInteger)
            let price: Double? = generator.index(below: 4) == 0 ? nil : Double(generator.index(below: 8)) / 2
            known["PRICE"] = price.map { .number($0) } ?? NaiveFilter.Cell.none
            prices.append(price ?? .nan)
            naive.items["i\(item)"] = known
        }
        func column(_ name: String, _ type: FieldType, _ values: MetadataColumn.Values) -> MetadataColumn {
            MetadataColumn(field: SchemaField(name: name, type: type, isNullable: true), values: values)
        }
        let table = MetadataTable(
            type: .items, identifiers: rows,
            columns: [
                column("GENRES", .string, .categorical(CategoricalColumn(cells: cells, codes: codes))),
                column("STUDIO", .string, .text(studios)), column("YEAR", .int, .integers(years)),
                column("PRICE", .double, .numbers(prices)),
            ])
        // The catalogue has its own order, and items of which nothing is known.
        let all = (0..<itemCount).map { "i\($0)" }.shuffled(using: &generator)
        catalogue = FilterCatalogue(items: Vocabulary(all), metadata: table)
        for item in all where naive.items[item] == nil { naive.items[item] = ["ITEM_ID": .texts([item])] }

        let age: Int64? = generator.index(below: 3) == 0 ? nil : Int64(generator.index(below: 5))
        naive.user = ["AGE": age.map { .number(Double($0)) } ?? NaiveFilter.Cell.none, "GENDER": .texts(["F"])]
        let users = MetadataTable(
            type: .users, identifiers: Vocabulary(["other", "me"]),
            columns: [
                column("AGE", .int, .integers([9, age ?? MetadataColumn.nullInteger])),
                column("GENDER", .string, .text(["M", "F"])),
            ])
        let types = Vocabulary(["click", "Watch", "CLICK", "buy"])
        var history = History()
        for step in 0..<generator.index(below: 60) {
            let item = generator.index(below: itemCount)
            let type = generator.index(below: 5)
            history.append(item: UInt32(item), timestamp: Int64(step), eventType: type == 4 ? .max : UInt16(type))
            naive.events.append((all[item], type == 4 ? nil : types[type]))
        }
        context = FilterContext(history: history, eventTypes: types, users: users, user: "me", currentItem: "i3")
        self.naive = naive
    }
}

/// Writes expressions at random, with the parameters G (texts), N (a number) and, without a value, U.
private struct ExpressionWriter {
    var generator: SeededGenerator

    mutating func pick(_ choices: [String]) -> String { choices[generator.index(below: choices.count)] }

    mutating func expression() -> String {
        (0...generator.index(below: 3)).map { _ in clause() }.joined(separator: " | ")
    }

    private mutating func clause() -> String {
        let action = pick(["INCLUDE", "EXCLUDE"])
        let ofEvents = generator.index(below: 4) == 0
        var text = "\(action) ItemID WHERE \(condition(ofEvents, 0, mayOmit: action == "EXCLUDE"))"
        if generator.index(below: 3) == 0 {
            let first = "CurrentUser.AGE \(pick(["=", "!=", "<", ">="])) \(generator.index(below: 5))"
            text +=
                " IF \(first)"
                + pick(["", " AND CurrentUser.GENDER = \"F\"", " AND CurrentUser.GENDER NOT IN (\"M\")"])
        }
        return text
    }

    private mutating func condition(_ ofEvents: Bool, _ depth: Int, mayOmit: Bool) -> String {
        switch depth > 3 ? 9 : generator.index(below: 8) {
        case 0: return "NOT (\(condition(ofEvents, depth + 1, mayOmit: mayOmit)))"
        case 1, 2:
            let joint = pick([" AND ", " OR "])
            return (0...(1 + generator.index(below: 2))).map { _ in
                let part = condition(ofEvents, depth + 1, mayOmit: mayOmit)
                return generator.index(below: 2) == 0 ? "(\(part))" : part
            }.joined(separator: joint)
        default: break
        }
        let parameter = mayOmit && generator.index(below: 4) == 0 ? "$U" : nil
        if ofEvents {
            return
                "Interactions.EVENT_TYPE \(pick(["IN", "NOT IN"])) (\(pick(["\"click\"", "\"watch\", \"buy\"", "\"*\"", "\"none\""])))"
        }
        if generator.index(below: 8) == 0 {
            return pick([
                "Items.GENRES IN CurrentItem.GENRES", "Items.YEAR <= CurrentItem.YEAR",
                "Items.PRICE != CurrentItem.PRICE", "Items.STUDIO NOT IN CurrentItem.STUDIO",
            ])
        }
        switch generator.index(below: 4) {
        case 0:
            let values = pick(["\"Drama\"", "\"Crime\", \"Sci Fi\"", "\"é\"", "\"Drama|Crime\"", "\"Nothing\""])
            return generator.index(below: 2) == 0
                ? "Items.GENRES IN (\(parameter ?? pick([values, "$G", "\"Comedy\", $G"])))"
                : "Items.GENRES NOT IN (\(values))"
        case 1: return "Items.STUDIO \(pick(["=", "!="])) \(pick(["\"A\"", "\"B|C\"", "\"B\""]))"
        case 2:
            return
                "Items.YEAR \(pick(["=", "!=", "<", "<=", ">", ">="])) \(parameter ?? pick(["1992", "1993.5", "$N"]))"
        default:
            return "Items.PRICE \(pick(["=", "!=", "<", "<=", ">", ">="])) \(parameter ?? pick(["1.5", "2", "$N"]))"
        }
    }
}

@Suite struct EvaluationTests {
    @Test func compiledFiltersAllowWhatItemByItemEvaluationAllows() throws {
        var writer = ExpressionWriter(generator: SeededGenerator(seed: 11))
        var evaluated = 0
        var nontrivial = 0
        for seed in 0..<40 {
            let world = World(seed: UInt64(seed))
            var naive = world.naive
            naive.values = ["G": .texts(["Drama", "é"]), "N": .number(1993)]
            for _ in 0..<60 {
                let text = writer.expression()
                let expression = try FilterExpression(parsing: text)
                let given = ["G": #""Drama","é""#, "N": "1993"].filter { expression.parameters.contains($0.key) }
                let filter = CompiledFilter(expression, catalogue: world.catalogue, eventsPerType: 4)
                let allowed = try filter.allowedItems(for: world.context, values: given)
                for (number, item) in world.catalogue.items.identifiers.enumerated() {
                    #expect(allowed.contains(number) == naive.allows(item, expression), "\(item): \(text)")
                }
                evaluated += 1
                if !allowed.isEmpty, allowed.count < world.catalogue.items.count { nontrivial += 1 }
            }
        }
        #expect(nontrivial > evaluated / 2)
    }

    /// A compiled filter remembers sets; what it gives must still be for these values, this user and this item.
    @Test(arguments: [
        #"INCLUDE ItemID WHERE Items.GENRES IN ($G)"#,
        #"INCLUDE ItemID WHERE Items.GENRES IN ($G) | EXCLUDE ItemID WHERE Items.YEAR < $N"#,
        #"INCLUDE ItemID WHERE Items.GENRES IN ($G) AND Interactions.EVENT_TYPE IN ("*")"#,
        #"INCLUDE ItemID WHERE Items.GENRES IN ($G) IF CurrentUser.GENDER = "F""#,
        #"INCLUDE ItemID WHERE Items.GENRES IN ($G) OR Items.STUDIO IN (CurrentItem.STUDIO)"#,
    ]) func whatIsRememberedIsForTheSameRequest(_ text: String) throws {
        let expression = try FilterExpression(parsing: text)
        let world = World(seed: 3)
        let filter = CompiledFilter(expression, catalogue: world.catalogue)
        var others = [FilterContext(), world.context]
        others[0].users = world.context.users
        others[0].currentItem = "i4"
        var found: Set<ItemSet> = []
        for _ in 0..<2 {
            for context in others {
                for genre in ["Drama", "Crime", "Comedy"] {
                    var values = ["G": "\"\(genre)\""]
                    if expression.parameters.contains("N") { values["N"] = "1993" }
                    let allowed = try filter.allowedItems(for: context, values: values)
                    let anew = try CompiledFilter(expression, catalogue: world.catalogue)
                        .allowedItems(for: context, values: values)
                    #expect(allowed == anew)
                    found.insert(allowed)
                }
            }
        }
        #expect(found.count >= 3)
        #expect(throws: FilterValueError.self) {
            try filter.allowedItems(for: world.context, values: ["G": "\"Drama\"", "H": "1"])
        }
    }

    @Test func withoutMetadataNothingIsKnown() throws {
        let catalogue = FilterCatalogue(items: Vocabulary(["a", "b"]), metadata: nil)
        func allowed(_ text: String) throws -> Int {
            try CompiledFilter(FilterExpression(parsing: text), catalogue: catalogue)
                .allowedItems(for: FilterContext()).count
        }
        #expect(try allowed("INCLUDE ItemID WHERE Items.A = 1") == 0)
        #expect(try allowed("EXCLUDE ItemID WHERE Items.A = 1 IF CurrentUser.AGE > 1") == 2)
        #expect(try allowed("INCLUDE ItemID WHERE Items.ITEM_ID IN (\"b\", \"c\")") == 1)
    }

    @Test func integersAreComparedExactly() throws {
        let field = SchemaField(name: "CREATION_TIMESTAMP", type: .long)
        let table = MetadataTable(
            type: .items, identifiers: Vocabulary(["a", "b"]),
            columns: [MetadataColumn(field: field, values: .integers([9_007_199_254_740_993, 9_007_199_254_740_992]))])
        let filter = CompiledFilter(
            try FilterExpression(parsing: "INCLUDE ItemID WHERE Items.CREATION_TIMESTAMP > 9007199254740992"),
            catalogue: FilterCatalogue(items: table.identifiers, metadata: table))
        let allowed = try filter.allowedItems(for: FilterContext())
        #expect(allowed.contains(0))
        #expect(!allowed.contains(1))
    }

    @Test func onlyTheNewestEventsOfATypeCount() throws {
        var history = History()
        for item in 0..<150 { history.append(item: UInt32(item), timestamp: Int64(item), eventType: 0) }
        let filter = CompiledFilter(
            try FilterExpression(parsing: #"INCLUDE ItemID WHERE Interactions.EVENT_TYPE IN ("WATCH")"#),
            catalogue: FilterCatalogue(items: Vocabulary((0..<150).map { "\($0)" }), metadata: nil))
        let allowed = try filter.allowedItems(
            for: FilterContext(history: history, eventTypes: Vocabulary(["watch"])))
        #expect(allowed.count == 100)
        #expect(!allowed.contains(49))
        #expect(allowed.contains(50))
    }

    @Test(arguments: [
        (["X": "\"a\""], "no parameter X"),
        ([:], "needs a value"),
        (["G": "Drama"], "Expected a number or a text in double quotes"),
        (["G": "\"a\" \"b\""], "Expected a comma"),
        (["G": "\"a\","], "but found the end"),
        (["G": ""], "but found the end"),
        (["G": "\"a"], "no closing quote"),
        (["G": "3"], "takes text in double quotes"),
        (["G": "\"a\"", "Y": "\"soon\""], "takes numbers"),
        (["G": "\"a\"", "Y": "1,2"], "takes one value"),
    ]) func valuesThatDoNotFitAreRefused(values: [String: String], reason: String) throws {
        let world = World(seed: 1)
        let expression = try FilterExpression(
            parsing: "INCLUDE ItemID WHERE Items.GENRES IN ($G) | EXCLUDE ItemID WHERE Items.YEAR < $Y")
        do {
            _ = try CompiledFilter(expression, catalogue: world.catalogue)
                .allowedItems(for: world.context, values: values)
            Issue.record("\(values) were taken")
        } catch {
            #expect("\(error)".contains(reason), "\(error)")
        }
    }

    @Test func numbersMayBeGivenInQuotes() throws {
        let world = World(seed: 2)
        let expression = try FilterExpression(parsing: "INCLUDE ItemID WHERE Items.YEAR < $Y")
        let filter = CompiledFilter(expression, catalogue: world.catalogue)
        let plain = try filter.allowedItems(
            for: world.context, values: ["Y": "1993"])
        let quoted = try filter.allowedItems(
            for: world.context, values: ["Y": "\"1993\""])
        #expect(plain == quoted)
        #expect(!plain.isEmpty)
    }
}

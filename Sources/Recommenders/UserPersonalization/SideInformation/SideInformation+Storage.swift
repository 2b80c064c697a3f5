import Datasets

extension SideInformation {
    private static let presence = "side.present"

    func tensors() -> [SafetensorsWriter.Tensor] {
        [
            .init(Self.presence, [Float(users == nil ? 0 : 1), Float(contexts == nil ? 0 : 1)]),
            .init("side.values", values), .init("side.acceptances", acceptances),
            .init("side.scales", [valueDeviation, priorScale]),
        ] + (users?.tensors(named: "side.users") ?? []) + (contexts?.tensors(named: "side.contexts") ?? [])
    }

    /// Nil when the file says nothing beside events, as those of earlier versions do not.
    init?(file: SafetensorsFile, itemCount: Int) throws(ModelError) {
        guard file.names.contains(Self.presence) else { return nil }
        let present = try file.array(Self.presence, of: Float.self, count: 2)
        let values = try file.array("side.values", of: Float.self)
        let acceptances = try file.array("side.acceptances", of: Float.self)
        let scales = try file.array("side.scales", of: Float.self, count: 2)
        guard [0, itemCount].contains(values.count), [0, itemCount].contains(acceptances.count),
            (values + acceptances + scales).allSatisfy(\.isFinite), scales[0] > 0
        else { throw .damaged(file: "weights.safetensors", reason: "the side information does not fit together") }
        self.init(
            users: present[0] == 1
                ? try AttributeLifts(named: "side.users", in: file, itemCount: itemCount) : nil,
            contexts: present[1] == 1
                ? try AttributeLifts(named: "side.contexts", in: file, itemCount: itemCount) : nil,
            values: values, valueDeviation: scales[0], acceptances: acceptances, priorScale: scales[1])
    }
}

extension AttributeLifts {
    fileprivate func tensors(named name: String) -> [SafetensorsWriter.Tensor] {
        AttributeEncoder(values.columns).tensors(named: name) + [
            .init("\(name).totals", totals), .init("\(name).value_totals", valueTotals),
            .init("\(name).offsets", offsets.map(Int64.init)), .init("\(name).items", items),
            .init("\(name).counts", counts),
        ]
    }

    fileprivate init(named name: String, in file: SafetensorsFile, itemCount: Int) throws(ModelError) {
        let values = AttributeValues(try AttributeEncoder(named: name, in: file).columns)
        let totals = try file.array("\(name).totals", of: Float.self, count: values.columns.count * itemCount)
        let valueTotals = try file.array("\(name).value_totals", of: Float.self, count: values.count)
        let offsets = try file.array("\(name).offsets", of: Int64.self, count: values.count + 1).map(Int.init)
        let items = try file.array("\(name).items", of: UInt32.self)
        let counts = try file.array("\(name).counts", of: Float.self, count: items.count)
        guard offsets.first == 0, offsets.last == items.count,
            zip(offsets, offsets.dropFirst()).allSatisfy({ $0 <= $1 }),
            items.allSatisfy({ Int($0) < itemCount }),
            (totals + valueTotals + counts).allSatisfy({ $0 >= 0 && $0.isFinite })
        else { throw .damaged(file: "weights.safetensors", reason: "'\(name)' does not fit together") }
        self.init(
            values, itemCount: itemCount, totals: totals, valueTotals: valueTotals, offsets: offsets, items: items,
            counts: counts)
    }
}

import CVectorKernels

/// Σ e^(value - maximum), to a relative error of 1e-6; -∞ and NaN count as nothing.
///
/// - Parameter maximum: Not below any value.
public func exponentialSum(of values: [Float], maximum: Float) -> Double {
    values.withUnsafeBufferPointer { values in
        guard let base = values.baseAddress else { return 0 }
        return palate_exponential_sum(base, values.count, maximum)
    }
}

import JSONTree
import Training

/// The schemas that the document has under names of their own.
enum Component: String, CaseIterable {
    case run = "Run"
    case runList = "RunList"
    case runError = "RunError"
    case trainingRequest = "TrainingRequest"
    case resumption = "Resumption"
    case runEdit = "RunEdit"
    case metric = "Metric"
    case metricList = "MetricList"
    case event = "Event"
    case params = "Params"
    case paramsEntry = "ParamsEntry"
    case paramsHistory = "ParamsHistory"
    case predictionRequest = "PredictionRequest"
    case predictions = "Predictions"
    case evaluation = "Evaluation"
    case boundary = "Boundary"
    case tableList = "TableList"
    case tableDescription = "TableDescription"
    case status = "Status"
    case readiness = "Readiness"
    case problem = "Problem"

    var schema: Schema {
        switch self {
        case .run: RunDocument.schema
        case .runList: RunDocument.listSchema
        case .runError: RunDocument.errorSchema
        case .trainingRequest: TrainingRequest.schema
        case .resumption: Resumption.schema
        case .runEdit: RunEdit.schema
        case .metric: MetricsDocument.schema
        case .metricList: MetricsDocument.listSchema
        case .event: EventFormat.schema
        case .params: ParamsDocument.schema
        case .paramsEntry: ParamsDocument.entrySchema
        case .paramsHistory: ParamsDocument.historySchema
        case .predictionRequest: PredictionsDocument.requestSchema
        case .predictions: PredictionsDocument.schema
        case .evaluation: EvaluationDocument.schema
        case .boundary: BoundaryDocument.schema
        case .tableList: TablesDocument.schema
        case .tableDescription: DescriptionDocument.schema
        case .status: .object(["status": .choice(["ok"])])
        case .readiness: Readiness.schema
        case .problem: Problem.schema
        }
    }

    var reference: Schema { .reference("#/components/schemas/\(rawValue)") }
}

extension Schema {
    /// A named one.
    static func component(_ component: Component) -> Schema { component.reference }

    /// What may stand in a query: neither HTTP nor PostgreSQL takes a NUL.
    static let text = Schema.string(pattern: #"^[^\x00]*$"#)

    /// A class of a label as its column has it.
    static let label = Schema(["type": ["string", "number", "boolean"]])

    /// The number of a run.
    static let runID = Schema(["type": "integer", "minimum": 1])

    /// The number of an epoch.
    static let epoch = Schema.integer(0...Int(Int32.max))

    /// RFC 3339 in UTC.
    static let time = Schema.string(format: "date-time")
}

# The data sets and models of make_extra.R. Data: as the R packages ship them, some columns left out;
# where something was changed it stands here.

shipped <- function(package, name) {
  place <- new.env()
  data(list = name, package = package, envir = place)
  frame <- as.data.frame(place[[name]])
  frame[] <- lapply(frame, function(column) if (is.factor(column)) as.character(column) else column)
  frame
}

data_sets <- function() {
  machines <- shipped("nlme", "Machines")
  machines$Worker <- paste0("w", machines$Worker)
  oats <- shipped("nlme", "Oats")
  oats$dose <- paste0("N", oats$nitro)
  carrots <- shipped("lmerTest", "carrots")
  carrots <- carrots[c("Consumer", "Gender", "Age", "Homesize", "Income", "Product", "Preference",
                       "sens1", "sens2")]
  ham <- shipped("lmerTest", "ham")
  names(ham)[names(ham) == "Informed.liking"] <- "liking"
  ticks <- shipped("lme4", "grouseticks")
  ticks$logticks <- log1p(ticks$TICKS)
  cake <- shipped("lme4", "cake")
  cake$temperature <- paste0("t", cake$temperature)
  cake$rr <- paste(cake$recipe, cake$replicate, sep = ":")
  orthodont <- shipped("nlme", "Orthodont")
  orthodont$months <- 12 * orthodont$age
  sleep <- shipped("lme4", "sleepstudy")
  sleep$w <- 1 + (sleep$Days * 7) %% 4 # invented weights 1 to 4
  oxide <- shipped("nlme", "Oxide")
  exam <- shipped("mlmRev", "Exam")
  list(
    machines = machines,
    # every tenth row or so left out, as in nlme's help page of Machines
    machines_unbalanced = machines[-c(2, 3, 6, 8, 9, 12, 19, 20, 27, 33), ],
    oats = oats,
    pastes = shipped("lme4", "Pastes")[c("strength", "batch", "cask")],
    oxide = oxide,
    oxboys = shipped("nlme", "Oxboys")[c("Subject", "age", "height")],
    ratpup = shipped("nlme", "RatPupWeight"),
    carrots = carrots,
    ham = ham,
    tvbo = shipped("lmerTest", "TVbo")[c("Assessor", "TVset", "Repeat", "Picture",
                                         "Coloursaturation")],
    beets = shipped("pbkrtest", "beets"),
    feedlot = shipped("emmeans", "feedlot"),
    grouseticks = ticks[c("BROOD", "LOCATION", "YEAR", "cHEIGHT", "logticks")],
    nlschools = shipped("MASS", "nlschools"),
    coop = shipped("MASS", "coop"),
    rabbit = shipped("MASS", "Rabbit"),
    wafer = shipped("nlme", "Wafer"),
    pixel = shipped("nlme", "Pixel"),
    assay = shipped("nlme", "Assay"),
    gasoline = shipped("nlme", "Gasoline"),
    dialyzer = shipped("nlme", "Dialyzer")[c("Subject", "QB", "pressure", "rate")],
    igf = shipped("nlme", "IGF"),
    spruce = shipped("nlme", "Spruce"),
    npk = shipped("datasets", "npk"),
    co2 = shipped("datasets", "CO2"),
    chickweight = shipped("datasets", "ChickWeight"),
    orange = shipped("datasets", "Orange"),
    ergostool = shipped("nlme", "ergoStool"),
    exam = exam[c("school", "normexam", "standLRT", "sex", "schgend")],
    airquality = shipped("datasets", "airquality"),
    # one cell of the interaction empty
    cake_empty_cell = cake[!(cake$recipe == "C" & cake$temperature == "t225"), ],
    orthodont_aliased = orthodont,
    sleepstudy_weights = sleep
  )
}

model <- function(key, data, lme4, factors, nums = character(), methods = "REML", about, ...) {
  list(key = key, data = data, lme4 = lme4, factors = factors, nums = nums, methods = methods,
       about = about, ...)
}
BOTH <- c("REML", "ML")

extra_models <- list(
  model("machines_slopes", "machines", "score ~ Machine + (0 + Machine | Worker)",
        c("Machine", "Worker"), methods = BOTH, about = "a factor's random slopes, no intercept",
        means = "Machine"),
  model("machines_contrasts", "machines", "score ~ Machine + (1 + Machine | Worker)",
        c("Machine", "Worker"), about = "the model of machines_slopes, written otherwise"),
  model("machines_nested", "machines_unbalanced", "score ~ Machine + (1 | Worker/Machine)",
        c("Machine", "Worker"), methods = BOTH, about = "nested by /, unbalanced",
        means = "Machine", profile = TRUE),
  model("oats_split", "oats", "yield ~ Variety * dose + (1 | Block/Variety)",
        c("Block", "Variety", "dose"), methods = BOTH, about = "split plot", means = "dose"),
  model("oats_slope", "oats", "yield ~ Variety * nitro + (1 + nitro | Block) + (1 | Block:Variety)",
        c("Block", "Variety"), "nitro", about = "a slope at the upper level of two",
        means = "Variety", trends = c("nitro", "Variety")),
  model("pastes_nested", "pastes", "strength ~ 1 + (1 | batch/cask)", c("batch", "cask"),
        about = "nested by /, IDs reused in each parent"),
  model("oxide_nested", "oxide", "Thickness ~ Source + (1 | Lot/Wafer)",
        c("Source", "Lot", "Wafer"), methods = BOTH, about = "nested, predictor of the upper level",
        profile = TRUE),
  model("oxboys_quadratic", "oxboys",
        "height ~ age + I(age^2) + (1 + age + I(age^2) | Subject)", "Subject", "age",
        methods = BOTH, about = "three correlated random effects, polynomial"),
  model("oxboys_uncorrelated", "oxboys", "height ~ poly(age, 2) + (1 + age || Subject)", "Subject",
        "age", about = "orthogonal polynomial, uncorrelated", profile = TRUE),
  model("oxboys_two_terms", "oxboys", "height ~ age + (1 | Subject) + (0 + age | Subject)",
        "Subject", "age", about = "two terms on one column"),
  model("ratpup_threeway", "ratpup", "weight ~ Treatment * sex * Lsize + (1 | Litter)",
        c("Treatment", "sex", "Litter"), "Lsize", methods = BOTH,
        about = "three-way interaction, unbalanced", means = "Treatment",
        trends = c("Lsize", "Treatment")),
  model("carrots_crossed", "carrots",
        "Preference ~ sens2 + Homesize + (1 + sens2 | Consumer) + (1 | Product)",
        c("Consumer", "Product", "Homesize"), "sens2", about = "crossed, with a slope"),
  model("carrots_slopes", "carrots",
        "Preference ~ sens1 + sens2 + Homesize + (1 + sens1 + sens2 | Consumer)",
        c("Consumer", "Homesize"), c("sens1", "sens2"), methods = BOTH, about = "several slopes"),
  model("carrots_missing", "carrots", "Preference ~ sens2 * Income + Age + (1 + sens2 | Consumer)",
        c("Consumer", "Income", "Age"), "sens2", about = "missing values in a factor",
        trends = c("sens2", "Income")),
  model("ham_threeway", "ham", "liking ~ Gender * Information * Product + (1 | Consumer)",
        c("Consumer", "Product", "Information", "Gender"), about = "three factors",
        means = "Product"),
  model("ham_two_levels", "ham",
        "liking ~ Gender + Information * Product + (1 | Consumer) + (1 | Consumer:Product)",
        c("Consumer", "Product", "Information", "Gender"), methods = BOTH,
        about = "a grouping column and its product with another", means = "Information * Product"),
  model("tvbo_three_groups", "tvbo",
        paste("Coloursaturation ~ TVset * Picture + (1 | Assessor) + (1 | Assessor:TVset)",
              "+ (1 | Assessor:Picture)"),
        c("Assessor", "TVset", "Picture"), about = "three grouping columns, two of them products",
        means = "TVset"),
  model("beets_split", "beets", "sugpct ~ block + sow + harvest + (1 | block:harvest)",
        c("block", "sow", "harvest"), about = "few rows: Kenward-Roger matters", means = "harvest"),
  model("feedlot", "feedlot", "swt ~ ewt + diet + (1 | herd)", c("herd", "diet"), "ewt",
        methods = BOTH, about = "covariate, unbalanced", means = "diet", profile = TRUE),
  model("grouseticks_nested", "grouseticks",
        "logticks ~ YEAR + cHEIGHT + (1 | LOCATION) + (1 | BROOD)",
        c("BROOD", "LOCATION", "YEAR"), "cHEIGHT", about = "neither nested nor fully crossed",
        means = "YEAR"),
  model("nlschools_slope", "nlschools", "lang ~ IQ * SES + COMB + (1 + IQ | class)",
        c("class", "COMB"), c("IQ", "SES"), methods = BOTH, about = "2,287 rows", means = "COMB"),
  model("coop_nested", "coop", "Conc ~ Lab + (1 | Spc/Bat)", c("Lab", "Spc", "Bat"),
        about = "nested by /, variance of very different size", means = "Lab"),
  model("rabbit_log", "rabbit", "BPchange ~ log(Dose) * Treatment + (1 | Animal) + (1 | Run)",
        c("Animal", "Run", "Treatment"), "Dose", about = "log of a predictor, runs within animals"),
  model("wafer_slopes", "wafer",
        paste("current ~ voltage + I(voltage^2) + (1 + voltage | Wafer)",
              "+ (1 + voltage | Wafer:Site)"),
        c("Wafer", "Site"), "voltage", about = "slopes at two levels, residual very small"),
  model("pixel_nested", "pixel", "pixel ~ day + I(day^2) + (1 + day | Dog) + (1 | Dog:Side)",
        c("Dog", "Side"), "day", methods = BOTH, about = "a slope above, an intercept below",
        profile = TRUE),
  model("assay_blocks", "assay",
        "logDens ~ sample * dilut + (1 | Block) + (1 | Block:sample) + (1 | Block:dilut)",
        c("Block", "sample", "dilut"), about = "crossed within two blocks"),
  model("gasoline", "gasoline", "yield ~ endpoint + vapor + (1 | Sample)", "Sample",
        c("endpoint", "vapor"), about = "32 rows, unbalanced", profile = TRUE),
  model("dialyzer_quadratic", "dialyzer",
        paste("rate ~ (pressure + I(pressure^2)) * QB",
              "+ (1 + pressure + I(pressure^2) | Subject)"),
        c("Subject", "QB"), "pressure", about = "polynomial by factor, three random effects"),
  model("igf_slope", "igf", "conc ~ age + (1 + age | Lot)", "Lot", "age", methods = BOTH,
        about = "singular"),
  model("spruce_plots", "spruce", "logSize ~ poly(days, 2) + (1 | plot) + (1 + days | Tree)",
        c("Tree", "plot"), "days", about = "badly scaled slope, four plots"),
  model("npk_factorial", "npk", "yield ~ N * P * K + (1 | block)", c("block", "N", "P", "K"),
        about = "three-way interaction confounded with blocks", means = "N"),
  model("co2_log", "co2", "uptake ~ Type * Treatment * log(conc) + (1 + log(conc) | Plant)",
        c("Plant", "Type", "Treatment"), "conc", about = "three-way with a log"),
  model("chick_slope", "chickweight", "weight ~ Diet * Time + (1 + Time | Chick)",
        c("Chick", "Diet"), "Time", methods = BOTH, about = "dropouts", means = "Diet",
        trends = c("Time", "Diet")),
  model("chick_poly", "chickweight", "weight ~ Diet * poly(Time, 2) + (1 + Time | Chick)",
        c("Chick", "Diet"), "Time", about = "polynomial by factor", means = "Diet"),
  model("orange_origin", "orange", "circumference ~ 0 + age + (0 + age | Tree)", "Tree", "age",
        about = "no intercept anywhere"),
  model("orange_slope", "orange", "circumference ~ age + (1 + age | Tree)", "Tree", "age",
        about = "five groups, singular"),
  model("ergo_means", "ergostool", "effort ~ 0 + Type + (1 | Subject)", c("Type", "Subject"),
        about = "a factor without intercept", means = "Type", profile = TRUE),
  model("exam_slope", "exam", "normexam ~ standLRT * sex + schgend + (1 + standLRT | school)",
        c("school", "sex", "schgend"), "standLRT", methods = BOTH, about = "4,059 rows",
        means = "schgend", trends = c("standLRT", "sex")),
  model("airquality_missing", "airquality", "Ozone ~ Wind + Temp + (1 | Month)", "Month",
        c("Wind", "Temp"), methods = BOTH, about = "missing outcomes, five groups"),
  model("cake_empty_cell", "cake_empty_cell", "angle ~ recipe * temperature + (1 | rr)",
        c("recipe", "temperature", "rr"), about = "rank-deficient: a cell of the interaction is empty"),
  model("orthodont_aliased", "orthodont_aliased", "distance ~ age + months + Sex + (1 | Subject)",
        c("Subject", "Sex"), c("age", "months"), about = "rank-deficient: months = 12 age"),
  model("sleep_weights", "sleepstudy_weights", "Reaction ~ Days + (1 + Days | Subject)", "Subject",
        "Days", methods = BOTH, about = "prior weights", weights = "w"),
  model("sleep_weights_ri", "sleepstudy_weights", "Reaction ~ Days + (1 | Subject)", "Subject",
        "Days", about = "prior weights", weights = "w")
)

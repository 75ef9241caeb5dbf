"""Research tools by the spelling their makers use."""

from __future__ import annotations

import re
from functools import lru_cache

_TOOLS = """
PyTorch; TensorFlow; JAX; Keras; Flax; PyTorch Lightning; fastai; MXNet; PaddlePaddle; ONNX;
ONNX Runtime; TensorRT; TensorBoard; TensorFlow Serving; TensorFlow Extended; TorchServe;
Hugging Face; Hugging Face Transformers; Hugging Face Datasets; Hugging Face Hub; Transformers;
Sentence Transformers; spaCy; NLTK; Gensim; Stanza; AllenNLP; Flair; CoreNLP; fastText; BERTopic;
LangChain; LangGraph; LlamaIndex; Haystack; DSPy; Semantic Kernel; AutoGen; CrewAI; AutoGPT;
OpenAI API; OpenAI Gym; Gymnasium; Stable Baselines3; RLlib; Ray; Ray Tune; DeepSpeed;
Megatron-LM; vLLM; llama.cpp; Ollama; PEFT; bitsandbytes; Accelerate; Triton; CUDA; OpenCL; CuPy;
Numba; NumPy; SciPy; pandas; Polars; Dask; Apache Spark; Spark; PySpark; Apache Flink;
Apache Kafka; Kafka; Apache Airflow; Airflow; Prefect; Dagster; Luigi; Kubeflow; MLflow;
Weights & Biases; Neptune; Comet ML; ClearML; DVC; Optuna; Hyperopt; BoTorch; GPyTorch; Ax; SMAC;
AutoKeras; Auto-sklearn; scikit-learn; XGBoost; LightGBM; CatBoost; statsmodels; Stan; PyMC; Pyro;
NumPyro; Edward; BUGS; JAGS; TensorFlow Probability; DoWhy; EconML; CausalML; pgmpy; Tetrad; SHAP;
LIME; Captum; InterpretML; TransformerLens; ELI5; Alibi; Fairlearn; AI Fairness 360;
Great Expectations; Neo4j; NetworkX; igraph; Gephi; graph-tool; DGL; PyTorch Geometric; ArangoDB;
TigerGraph; Apache TinkerPop; GraphDB; Stardog; Amazon Neptune; RDFLib; Apache Jena; Protégé; OWL;
SPARQL; Cytoscape; Obsidian; Logseq; Roam Research; Notion; Zotero; Anki; Zettlr; Emacs Org-mode;
FAISS; Pinecone; Weaviate; Milvus; Qdrant; Chroma; ChromaDB; pgvector; Annoy; hnswlib; Vespa;
Elasticsearch; OpenSearch; Apache Solr; Apache Lucene; Lucene; Redis; MongoDB; PostgreSQL; SQLite;
MySQL; DuckDB; ClickHouse; Cassandra; BigQuery; Snowflake; Jupyter; Jupyter Notebook; JupyterLab;
Google Colab; RStudio; MATLAB; Simulink; Mathematica; Maple; SageMath; Julia; Octave; SPSS; Stata;
Matplotlib; seaborn; Plotly; Bokeh; Altair; D3.js; Tableau; Power BI; Grafana; Streamlit; Gradio;
Dash; FastAPI; Flask; Django; Docker; Kubernetes; Git; GitHub; GitLab; Jenkins; Terraform;
Snakemake; Nextflow; Galaxy; Unity ML-Agents; Unity; Unreal Engine; Gazebo; ROS; MuJoCo; PyBullet;
NetLogo; Mesa; AnyLogic; GAMA; Lean; Coq; Isabelle; Isabelle/HOL; Agda; Z3; Prolog; SWI-Prolog;
PDDL; CLIPS; SOAR; ACT-R; OpenCog; NEST; NEURON; Brian2; Nengo; GROMACS; OpenMM; RDKit; DeepChem;
PyMOL; AlphaFold; Biopython; Bioconductor; BLAST; QuTiP; Qiskit; Cirq; PennyLane; OpenFOAM;
FEniCS; COMSOL; ANSYS; OpenCV; Detectron2; MediaPipe; scikit-image; Pillow; Blender; librosa;
Kaldi; Whisper; ESPnet; Rasa; Dialogflow; LaTeX; Overleaf; Pandoc; Quarto; Mermaid; Graphviz;
PlantUML; Miro; Prometheus; OpenMPI; Python; R; C++; Rust; Haskell; GPT-3; GPT-4; ChatGPT; Claude;
BERT; T5; Llama; Gemini; Mistral
"""
_ALIASES = {  # the first words of aliases of several words are those of listed tools
    "huggingface": "Hugging Face",
    "huggingfacetransformerslibrary": "Hugging Face Transformers",
    "transformerslibrary": "Transformers",
    "sklearn": "scikit-learn",
    "wandb": "Weights & Biases",
    "weightsandbiases": "Weights & Biases",
    "torch": "PyTorch",
    "jupyternotebooks": "Jupyter Notebook",
    "pymc3": "PyMC",
    "d3": "D3.js",
    "colab": "Google Colab",
    "postgres": "PostgreSQL",
    "orgmode": "Emacs Org-mode",
    "sbert": "Sentence Transformers",
    "openaigpt4": "GPT-4",
}
_NOISE = re.compile(r"[\-_./]+")
_EDGES = ".,;:()[]*`\"“”«»'’\n"
_LONGEST_ACRONYM = 5
_LONGEST = 60  # characters of a name with what follows its words
#: Words that are tools only where they lead a statement of their own.
GENERAL = frozenset(
    [
        *[
            "Python",
            "R",
            "C++",
            "Rust",
            "Haskell",
            "Julia",
            "CUDA",
            "Git",
            "Unity",
            "Ray",
            "Edward",
        ],
        *[
            "Claude",
            "Gemini",
            "Llama",
            "T5",
            "Ax",
            "Lean",
            "Whisper",
            "Galaxy",
            "Maple",
            "Accelerate",
        ],
        *["Transformers", "Obsidian", "Notion", "Miro", "Mesa", "Flair", "Chroma", "Dash", "Spark"],
    ]
)


def _key(text: str) -> str:
    """Give a name without white space and ``- _ . /``, in small letters."""
    key = "".join(text.lower().split())
    return key if key.isalnum() else _NOISE.sub("", key)


_LISTED = tuple(" ".join(raw.split()) for raw in _TOOLS.split(";"))
TOOLS = {_key(name): name for name in _LISTED} | _ALIASES


@lru_cache(maxsize=4096)
def _first_key(word: str) -> str:
    return _key(word.rstrip(".'’").removesuffix("'s").removesuffix("’s"))


def _count_words() -> dict[str, int]:
    """Give, for the first word of every tool, how many words its longest name has."""
    longest: dict[str, int] = {}
    for name in _LISTED:
        words = name.split()
        key = _key(words[0])
        longest[key] = max(longest.get(key, 1), len(words))
        longest.setdefault(_key(name), 1)
    return longest | {key: longest.get(key, 1) for key in _ALIASES}


_N_WORDS = _count_words() | {"huggingface": 4, "hugging": 4, "weights": 3, "transformers": 2}


def canonical_tool(name: str) -> str | None:
    """Give a tool's usual spelling, None for a name that is not listed."""
    found = TOOLS.get(_key(name))
    return name if found is not None and _is_acronym(name, found) else found


def _is_acronym(name: str, found: str) -> bool:
    """Whether a name is the capitals of an ordinary word: MESA is not Mesa, nor LEAN Lean."""
    is_short = len(name) <= _LONGEST_ACRONYM and name.isalpha() and name.isupper()
    return is_short and found in GENERAL and name != found


def match_tool(text: str, start: int = 0) -> tuple[str, int] | None:
    """Find the longest listed tool whose name begins at an offset, and where its name ends."""
    words = text[start : start + _LONGEST].split(" ")
    n_words = _N_WORDS.get(_first_key(words[0].strip(_EDGES)), 0)
    for count in range(min(n_words, len(words)), 0, -1):
        raw = " ".join(words[:count])
        name = raw.rstrip(_EDGES)
        found = TOOLS.get(_key(name.removesuffix("'s").removesuffix("’s")))
        if found is not None and name[:1] not in _EDGES and (len(name) > 1 or name == "R"):
            return name if _is_acronym(name, found) else found, start + len(name)
    return None

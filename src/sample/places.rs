//! Cities, counties, family names, industries: the words a Chinese retail bank's data is made of.

/// A city with its counties, and the region it is managed from.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct City {
    pub(super) name: &'static str,
    pub(super) region: &'static str,
    pub(super) counties: &'static [&'static str],
}

/// Cities and how much of the bank's business is there.
pub(super) const CITIES: &[(City, u32)] = &[
    (
        City {
            name: "杭州", region: "浙江", counties: &["西湖区", "上城区", "拱墅区", "余杭区", "萧山区", "桐庐县"]
        },
        16,
    ),
    (City { name: "宁波", region: "浙江", counties: &["鄞州区", "海曙区", "慈溪市", "余姚市", "象山县"] }, 11),
    (City { name: "温州", region: "浙江", counties: &["鹿城区", "瓯海区", "乐清市", "永嘉县"] }, 8),
    (City { name: "金华", region: "浙江", counties: &["婺城区", "义乌市", "东阳市", "武义县"] }, 6),
    (City { name: "上海", region: "上海", counties: &["浦东新区", "徐汇区", "静安区", "闵行区", "宝山区"] }, 12),
    (City { name: "苏州", region: "江苏", counties: &["姑苏区", "吴中区", "昆山市", "常熟市"] }, 9),
    (City { name: "南京", region: "江苏", counties: &["鼓楼区", "玄武区", "江宁区", "溧水区"] }, 7),
    (City { name: "合肥", region: "安徽", counties: &["蜀山区", "庐阳区", "肥西县", "长丰县"] }, 5),
    (City { name: "福州", region: "福建", counties: &["鼓楼区", "仓山区", "闽侯县"] }, 4),
    (City { name: "南昌", region: "江西", counties: &["东湖区", "青山湖区", "南昌县"] }, 3),
    (City { name: "武汉", region: "湖北", counties: &["江汉区", "武昌区", "洪山区", "黄陂区"] }, 4),
    (City { name: "成都", region: "四川", counties: &["锦江区", "武侯区", "双流区", "郫都区"] }, 4),
    (City { name: "广州", region: "广东", counties: &["天河区", "越秀区", "番禺区", "增城区"] }, 4),
    (City { name: "深圳", region: "广东", counties: &["福田区", "南山区", "宝安区", "龙岗区"] }, 5),
    (City { name: "北京", region: "北京", counties: &["朝阳区", "海淀区", "丰台区", "通州区"] }, 4),
];

/// Cities people come from that the bank has no branch in.
pub(super) const FAR_CITIES: &[&str] = &["周口", "阜阳", "上饶", "遵义", "南充", "衡阳", "邵阳", "商丘", "菏泽", "毕节", "黄冈", "哈尔滨"];

/// Family names and their frequency.
pub(super) const FAMILY_NAMES: &[(&str, u32)] = &[
    ("王", 72),
    ("李", 72),
    ("张", 68),
    ("刘", 54),
    ("陈", 53),
    ("杨", 31),
    ("赵", 23),
    ("黄", 25),
    ("周", 24),
    ("吴", 24),
    ("徐", 19),
    ("孙", 18),
    ("胡", 16),
    ("朱", 16),
    ("高", 14),
    ("林", 16),
    ("何", 15),
    ("郭", 14),
    ("马", 14),
    ("罗", 11),
    ("梁", 10),
    ("宋", 9),
    ("郑", 11),
    ("谢", 9),
    ("韩", 8),
    ("唐", 8),
    ("冯", 8),
    ("沈", 9),
    ("曹", 7),
    ("彭", 7),
    ("欧阳", 1),
    ("诸葛", 1),
];

/// Schools a family saves for.
pub(super) const SCHOOLS: &[&str] = &[
    "墨尔本大学",
    "香港大学",
    "悉尼大学",
    "新加坡国立大学",
    "多伦多大学",
    "伦敦大学学院",
    "爱丁堡大学",
    "香港中文大学",
    "早稻田大学",
    "纽约大学",
];

/// An industry: its code, the words its companies carry in their names, and the tax paid on a yuan of takings.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Industry {
    pub(super) code: &'static str,
    pub(super) words: &'static str,
    pub(super) tax_share: f64,
}

/// Industries and their share of companies.
pub(super) const INDUSTRIES: &[(Industry, u32)] = &[
    (Industry { code: "retail", words: "商贸", tax_share: 0.021 }, 26),
    (Industry { code: "catering", words: "餐饮", tax_share: 0.017 }, 20),
    (Industry { code: "manufacturing", words: "制造", tax_share: 0.043 }, 16),
    (Industry { code: "construction", words: "建材", tax_share: 0.034 }, 9),
    (Industry { code: "logistics", words: "物流", tax_share: 0.026 }, 8),
    (Industry { code: "software", words: "科技", tax_share: 0.05 }, 8),
    (Industry { code: "farming", words: "农业", tax_share: 0.008 }, 7),
    (Industry { code: "education", words: "教育咨询", tax_share: 0.024 }, 6),
];

/// Syllables of company names.
pub(super) const COMPANY_WORDS: &[&str] =
    &["恒信", "鑫源", "宏达", "瑞丰", "天成", "华美", "金泰", "永盛", "嘉禾", "博远", "同创", "德隆", "万顺", "东升", "锦绣", "百川"];
